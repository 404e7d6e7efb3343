import type { Column } from '../../answer/answer.ts';
import {
  CORE_FROM,
  type Factors,
  type InfrastructureScore,
  MIXED_DAMPENING,
  NON_PRODUCTION_FACTOR,
  SHARED_FROM,
  WEIGHTS,
} from '../../analysis/infrastructure.ts';
import { type AppEdge, type AppGraph, type AppName, appText } from '../../model/graph/app-graph.ts';

const NAMED_NEIGHBOURS = 10;

export const METHODOLOGY =
  `score = max(provider, consumer) / (1 + ${MIXED_DAMPENING} × min(in, out)) × ${NON_PRODUCTION_FACTOR} outside production; ` +
  `provider and consumer = ${100 * WEIGHTS.degree} % degree + ${100 * WEIGHTS.direction} % direction + ${100 * WEIGHTS.betweenness} % betweenness + ${100 * WEIGHTS.volume} % volume, ` +
  `each 0 to 100 of the largest; core from ${CORE_FROM}, shared from ${SHARED_FROM}.`;
export const RECOMMENDATION =
  'Write policy for Core Infrastructure first, then Shared Services: every ringfence after that finds its providers covered.';

type Neighbours = (node: number) => { readonly consumed_by: readonly string[]; readonly consumes: readonly string[] };

interface RowFacts {
  readonly neighbours: Neighbours;
  readonly unlabelled: (name: AppName) => number;
  readonly explain: boolean;
}

/** One application with its score, under the reference server's field names. */
export const infrastructureRow = (score: InfrastructureScore, { neighbours, unlabelled, explain }: RowFacts) => ({
  app: score.app,
  env: score.env,
  is_production: score.isProduction,
  infrastructure_score: score.score,
  tier: score.tier,
  dominant_pattern: score.pattern,
  in_degree: score.inDegree,
  out_degree: score.outDegree,
  betweenness_centrality: score.betweenness,
  consumer_ratio: score.consumerRatio,
  inbound_connections: score.inConnections,
  outbound_connections: score.outConnections,
  total_connections: score.inConnections + score.outConnections,
  unmanaged_sources: unlabelled(score),
  ...neighbours(score.node),
  ...(explain ? { explanation: explanation(score) } : {}),
});

type Row = ReturnType<typeof infrastructureRow>;

export const columns: readonly Column<Row>[] = [
  { header: 'app', value: (row) => row.app },
  { header: 'env', value: (row) => row.env },
  { header: 'score', value: (row) => row.infrastructure_score },
  { header: 'tier', value: (row) => row.tier },
  { header: 'pattern', value: (row) => row.dominant_pattern },
  { header: 'in', value: (row) => row.in_degree },
  { header: 'out', value: (row) => row.out_degree },
  { header: 'betweenness', value: (row) => row.betweenness_centrality },
  { header: 'connections', value: (row) => row.total_connections },
  { header: 'production', value: (row) => row.is_production },
  { header: 'ratio', value: (row) => row.consumer_ratio },
  { header: 'received', value: (row) => row.inbound_connections },
  { header: 'sent', value: (row) => row.outbound_connections },
  { header: 'consumed by', value: (row) => row.consumed_by.join(', ') },
  { header: 'consumes', value: (row) => row.consumes.join(', ') },
  { header: 'unlabelled sources', value: (row) => row.unmanaged_sources },
  { header: 'explanation', value: (row) => row.explanation },
];

/** The busiest neighbours of nodes by name; the degrees tell how many there are. */
export function neighboursIn({ nodes, edges }: AppGraph): Neighbours {
  const [into, outOf] = [Map.groupBy(edges, ({ to }) => to), Map.groupBy(edges, ({ from }) => from)];
  const busiest = (some: readonly AppEdge[] | undefined, other: 'from' | 'to'): readonly string[] =>
    (some ?? [])
      .toSorted((a, b) => b.connections - a.connections)
      .slice(0, NAMED_NEIGHBOURS)
      .flatMap((edge) => nodes[edge[other]] ?? [])
      .map(appText);
  return (node) => ({ consumed_by: busiest(into.get(node), 'from'), consumes: busiest(outOf.get(node), 'to') });
}

function explanation({ pattern, factors, dampening, isProduction, inDegree, outDegree }: InfrastructureScore): string {
  const part = (name: keyof Factors): string => `${name} ${factors[name].toFixed(1)} × ${WEIGHTS[name]}`;
  return [
    `${pattern}: ${part('degree')} + ${part('direction')} + ${part('betweenness')} + ${part('volume')}`,
    ...(dampening < 1 ? [`× ${dampening.toFixed(2)} for min(in ${inDegree}, out ${outDegree})`] : []),
    ...(isProduction ? [] : [`× ${NON_PRODUCTION_FACTOR} outside production`]),
  ].join(' ');
}
