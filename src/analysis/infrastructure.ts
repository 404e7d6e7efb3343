import type { AppGraph, AppName } from '../model/graph/app-graph.ts';
import { betweenness } from '../model/graph/betweenness.ts';

/** Weights of the published formula (reference-server.md §2.2); they sum to 1. */
export const WEIGHTS = { degree: 0.4, direction: 0.3, betweenness: 0.25, volume: 0.05 } as const;
export const MIXED_DAMPENING = 0.3;
export const NON_PRODUCTION_FACTOR = 0.5;
export const CORE_FROM = 75;
export const SHARED_FROM = 50;

export type Tier = 'Core Infrastructure' | 'Shared Service' | 'Standard Application';

export interface Factors {
  /** Each 0 to 100, before its weight. */
  readonly degree: number;
  readonly direction: number;
  readonly betweenness: number;
  readonly volume: number;
}

export interface InfrastructureScore extends AppName {
  readonly node: number;
  readonly isProduction: boolean;
  /** One decimal. */
  readonly score: number;
  readonly tier: Tier;
  readonly pattern: 'provider' | 'consumer';
  readonly providerScore: number;
  readonly consumerScore: number;
  /** Of the pattern that won. */
  readonly factors: Factors;
  /** 1 / (1 + 0.3 × min(in, out)). */
  readonly dampening: number;
  readonly inDegree: number;
  readonly outDegree: number;
  readonly betweenness: number;
  readonly consumerRatio: number;
  readonly inConnections: number;
  readonly outConnections: number;
}

export interface InfrastructureScores {
  /** Highest score first, equal ones by name. */
  readonly scores: readonly InfrastructureScore[];
  /** Starts of ways used for betweenness; fewer than nodes: sampled. */
  readonly pivots: number;
}

const share = (value: number, most: number): number => (most === 0 ? 0 : (100 * value) / most);
const weighed = (factors: Factors): number =>
  WEIGHTS.degree * factors.degree +
  WEIGHTS.direction * factors.direction +
  WEIGHTS.betweenness * factors.betweenness +
  WEIGHTS.volume * factors.volume;

const round = (value: number, decimals: number): number => Math.round(value * 10 ** decimals) / 10 ** decimals;
const tierOf = (score: number): Tier =>
  score >= CORE_FROM ? 'Core Infrastructure' : score >= SHARED_FROM ? 'Shared Service' : 'Standard Application';

/**
 * How much each application looks like infrastructure: many depend on it (provider) or it depends on many (consumer). The reference
 * server's formula (reference-server.md §2.2), to the decimal.
 */
export function infrastructureScores(
  graph: AppGraph,
  { productionEnvs }: { readonly productionEnvs: readonly string[] },
): InfrastructureScores {
  const { nodes, edges } = graph;
  const zeros = () => new Float64Array(nodes.length);
  const [inDegree, outDegree, inConnections, outConnections] = [zeros(), zeros(), zeros(), zeros()];
  const add = (into: Float64Array, node: number, value: number): void => {
    into[node] = (into[node] ?? 0) + value;
  };
  for (const { from, to, connections } of edges) {
    add(outDegree, from, 1);
    add(inDegree, to, 1);
    add(outConnections, from, connections);
    add(inConnections, to, connections);
  }
  const { of: between, pivots } = betweenness(nodes.length, edges);
  const most = (values: Float64Array): number => values.reduce((a, b) => Math.max(a, b), 0);
  const [mostIn, mostOut, mostBetween] = [most(inDegree), most(outDegree), most(between)];
  const mostVolume = most(inConnections.map((value, node) => value + (outConnections[node] ?? 0)));
  const production = new Set(productionEnvs.map((env) => env.toLowerCase()));

  const scores = nodes.map((name, node): InfrastructureScore => {
    const [ins, outs] = [inDegree[node] ?? 0, outDegree[node] ?? 0];
    const [received, sent] = [inConnections[node] ?? 0, outConnections[node] ?? 0];
    const ratio = ins / (ins + outs);
    const common = { betweenness: share(between[node] ?? 0, mostBetween), volume: share(received + sent, mostVolume) };
    const provider = { ...common, degree: share(ins, mostIn), direction: 100 * ratio };
    const consumer = { ...common, degree: share(outs, mostOut), direction: 100 * (1 - ratio) };
    const [providerScore, consumerScore] = [weighed(provider), weighed(consumer)];
    const isProvider = providerScore >= consumerScore;
    const mixed = Math.min(ins, outs);
    const dampening = mixed > 0 ? 1 / (1 + MIXED_DAMPENING * mixed) : 1;
    const isProduction = production.has(name.env.toLowerCase());
    const raw = Math.max(providerScore, consumerScore) * dampening * (isProduction ? 1 : NON_PRODUCTION_FACTOR);
    const score = round(raw, 1);
    return {
      ...name,
      node,
      isProduction,
      score,
      tier: tierOf(score),
      pattern: isProvider ? 'provider' : 'consumer',
      providerScore: round(providerScore, 2),
      consumerScore: round(consumerScore, 2),
      factors: isProvider ? provider : consumer,
      dampening,
      inDegree: ins,
      outDegree: outs,
      betweenness: round(between[node] ?? 0, 4),
      consumerRatio: round(ratio, 2),
      inConnections: received,
      outConnections: sent,
    };
  });
  // Nodes are sorted by name and the sort is stable.
  return { scores: scores.sort((a, b) => b.score - a.score), pivots };
}
