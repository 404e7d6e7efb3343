import type { FlowGroup } from '../model/flows/question.ts';

export type Direction = 'intra' | 'inbound' | 'outbound';

/** One decision about one service between an application and somebody, summed. */
export interface AppFlow {
  readonly direction: Direction;
  /** The other application; null where the other end carries no such label. */
  readonly app: string | null;
  readonly env: string | null;
  readonly decision: string;
  readonly port: string | null;
  readonly proto: string | null;
  readonly rows: number;
  readonly connections: number;
}

/** Groups by source app, source env, destination app, destination env, policy, port, proto as flows of one application. */
export function appFlows(
  groups: readonly FlowGroup[],
  own: { readonly app: string; readonly env: string },
): readonly AppFlow[] {
  return groups.flatMap(({ key, rows, connections }) => {
    const [fromApp = null, fromEnv = null, toApp = null, toEnv = null, policy = null, port = null, proto = null] = key;
    const isFrom = fromApp === own.app && fromEnv === own.env;
    const isTo = toApp === own.app && toEnv === own.env;
    if (!isFrom && !isTo) return [];
    const direction = isFrom && isTo ? 'intra' : isTo ? 'inbound' : 'outbound';
    const [app, env] = direction === 'outbound' ? [toApp, toEnv] : [fromApp, fromEnv];
    return [{ direction, app, env, decision: policy ?? 'unknown', port, proto, rows, connections }];
  });
}

export interface DirectionCoverage {
  readonly rows: number;
  readonly connections: number;
  readonly byDecision: Readonly<Record<string, { readonly rows: number; readonly connections: number }>>;
  /** Connections and rows a rule allowed, of those a VEN evaluated; null where it evaluated none. */
  readonly percentage: number | null;
  readonly rowPercentage: number | null;
  readonly uncoveredServices: readonly {
    readonly port: string | null;
    readonly proto: string | null;
    readonly connections: number;
  }[];
  readonly uncoveredApps: readonly {
    readonly app: string | null;
    readonly env: string | null;
    readonly connections: number;
  }[];
}

/** What a VEN judged by policy; `unknown` is idle agents and imported flows, which tell nothing of coverage. */
export const isEvaluated = ({ decision }: AppFlow): boolean => decision !== 'unknown';
export const isUncovered = ({ decision }: AppFlow): boolean =>
  decision === 'blocked' || decision === 'potentially_blocked';

const percent = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.round((1000 * part) / whole) / 10;
const total = (flows: readonly AppFlow[], of: 'rows' | 'connections'): number =>
  flows.reduce((sum, flow) => sum + flow[of], 0);

/** How much of `flows` a rule covers, and what it does not, most connections first. */
export function coverageOf(flows: readonly AppFlow[]): DirectionCoverage {
  const evaluated = flows.filter(isEvaluated);
  const allowed = evaluated.filter(({ decision }) => decision === 'allowed');
  const uncovered = flows.filter(isUncovered);
  const decisions = Map.groupBy(flows, ({ decision }) => decision);
  return {
    rows: total(flows, 'rows'),
    connections: total(flows, 'connections'),
    byDecision: Object.fromEntries(
      [...decisions]
        .map(
          ([decision, some]) =>
            [decision, { rows: total(some, 'rows'), connections: total(some, 'connections') }] as const,
        )
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
    percentage: percent(total(allowed, 'connections'), total(evaluated, 'connections')),
    rowPercentage: percent(total(allowed, 'rows'), total(evaluated, 'rows')),
    uncoveredServices: summed(uncovered, ({ port, proto }) => ({ port, proto })),
    uncoveredApps: summed(uncovered, ({ app, env }) => ({ app, env })),
  };
}

/** Connections per value of `of`, largest first; a missing label or port is a value like any other. */
function summed<Key extends object>(
  flows: readonly AppFlow[],
  of: (flow: AppFlow) => Key,
): readonly (Key & { readonly connections: number })[] {
  const groups = Map.groupBy(flows, (flow) => JSON.stringify(Object.values(of(flow))));
  return [...groups.entries()]
    .flatMap(([key, some]) => {
      const [first] = some;
      return first === undefined ? [] : [{ key, row: { ...of(first), connections: total(some, 'connections') } }];
    })
    .sort((a, b) => b.row.connections - a.row.connections || (a.key < b.key ? -1 : 1))
    .map(({ row }) => row);
}

export interface RemoteApps {
  readonly covered: readonly string[];
  readonly uncovered: readonly string[];
}

/** Remote applications by whether any of their inbound traffic was allowed (reference-server.md §2.3). */
export function remoteApps(flows: readonly AppFlow[]): RemoteApps {
  const named = flows.filter(
    (flow) => flow.direction === 'inbound' && flow.app !== null && flow.env !== null && isEvaluated(flow),
  );
  const byApp = [...Map.groupBy(named, ({ app, env }) => `${app} (${env})`)].sort(([a], [b]) => (a < b ? -1 : 1));
  const isCovered = (some: readonly AppFlow[]): boolean => some.some(({ decision }) => decision === 'allowed');
  return {
    covered: byApp.filter(([, some]) => isCovered(some)).map(([name]) => name),
    uncovered: byApp.filter(([, some]) => !isCovered(some)).map(([name]) => name),
  };
}
