import type { FlowGroup } from '../model/flows/question.ts';
import type { AppName } from '../model/graph/app-graph.ts';
import type { InfrastructureScore, Tier } from './infrastructure.ts';
import { type AppFlow, appFlows } from './coverage.ts';

const keyOf = (app: string | null, env: string | null): string => JSON.stringify([app, env]);

/** The flows of every application, from groups by source app, source env, destination app, destination env, policy, port, proto. */
export function flowsByApp(groups: readonly FlowGroup[]): (name: AppName) => readonly AppFlow[] {
  const touching = new Map<string, FlowGroup[]>();
  for (const group of groups) {
    const [fromApp = null, fromEnv = null, toApp = null, toEnv = null] = group.key;
    for (const key of new Set([keyOf(fromApp, fromEnv), keyOf(toApp, toEnv)])) {
      const known = touching.get(key) ?? [];
      known.push(group);
      touching.set(key, known);
    }
  }
  return (name) => appFlows(touching.get(keyOf(name.app, name.env)) ?? [], name);
}

/** Infrastructure goes first: what everybody needs must be covered before anybody is enforced. */
const TIER_ORDER: readonly Tier[] = ['Core Infrastructure', 'Shared Service', 'Standard Application'];

export interface Candidate extends AppName {
  readonly infrastructure: InfrastructureScore | null;
  /** Null: no evaluated traffic. */
  readonly readiness: number | null;
}

/** In which order to enforce: infrastructure tiers, then most ready first; what has no score comes last. */
export function rolloutOrder<One extends Candidate>(apps: readonly One[]): readonly One[] {
  const tier = ({ infrastructure }: One): number => TIER_ORDER.indexOf(infrastructure?.tier ?? 'Standard Application');
  return apps.toSorted(
    (a, b) =>
      Number(a.readiness === null) - Number(b.readiness === null) ||
      tier(a) - tier(b) ||
      (b.readiness ?? 0) - (a.readiness ?? 0) ||
      (b.infrastructure?.score ?? 0) - (a.infrastructure?.score ?? 0) ||
      (keyOf(a.app, a.env) < keyOf(b.app, b.env) ? -1 : 1),
  );
}
