import type { FlowGroup } from '../../model/flows/question.ts';

export interface AppAndEnv {
  readonly app: string;
  readonly env: string;
}

export interface ObservedPort {
  /** Null for protocols without ports. */
  readonly port: number | null;
  readonly proto: number;
  readonly connections: number;
}

/** Traffic between one role of the other application and one role of ours; null where a host carries no role. */
export interface RolePair {
  readonly remote: string | null;
  readonly own: string | null;
  readonly ports: readonly ObservedPort[];
}

/** Another application with what it exchanged with ours. */
export interface Remote extends AppAndEnv {
  /** `already_allowed`: a rule allowed all of it (reference-server.md §2.1). */
  readonly coverage: 'already_allowed' | 'newly_allowed';
  readonly connections: number;
  readonly ports: readonly ObservedPort[];
  readonly pairs: readonly RolePair[];
}

export interface Discovery {
  readonly inbound: readonly Remote[];
  readonly outbound: readonly Remote[];
  /** Inside the application, by role of the source and of the destination. */
  readonly intra: readonly RolePair[];
  readonly rows: { readonly inbound: number; readonly outbound: number };
}

interface Seen {
  readonly remote: string | null;
  readonly own: string | null;
  readonly port: number | null;
  readonly proto: number;
  readonly decision: string | null;
  readonly connections: number;
}

/** The dimensions that `discover` reads, in order. */
export const DISCOVERY_DIMENSIONS = [
  'source_app',
  'source_env',
  'source_role',
  'destination_app',
  'destination_env',
  'destination_role',
  'policy',
  'port',
  'proto',
] as const;

/** Who exchanged what with an application, from groups by `DISCOVERY_DIMENSIONS`. Ends without app or env label are not in it. */
export function discover(groups: readonly FlowGroup[], own: AppAndEnv): Discovery {
  const inbound = new Map<string, Seen[]>();
  const outbound = new Map<string, Seen[]>();
  const intra: Seen[] = [];
  const rows = { inbound: 0, outbound: 0 };
  for (const group of groups) {
    const [fromApp = null, fromEnv = null, fromRole = null, toApp = null, toEnv = null, toRole = null] = group.key;
    const [decision = null, port = null, proto = null] = group.key.slice(6);
    const isFrom = fromApp === own.app && fromEnv === own.env;
    const isTo = toApp === own.app && toEnv === own.env;
    const [remote, mine] = isTo ? [fromRole, toRole] : [toRole, fromRole];
    const seen: Seen = {
      remote,
      own: mine,
      port: port === null ? null : Number(port),
      proto: Number(proto ?? -1),
      decision,
      connections: group.connections,
    };
    if (isTo) rows.inbound += group.rows;
    if (isFrom) rows.outbound += group.rows;
    if (isFrom && isTo) intra.push(seen);
    else if (isTo && fromApp !== null && fromEnv !== null) add(inbound, fromApp, fromEnv, seen);
    else if (isFrom && toApp !== null && toEnv !== null) add(outbound, toApp, toEnv, seen);
  }
  return { inbound: remotes(inbound), outbound: remotes(outbound), intra: rolePairs(intra), rows };
}

function add(into: Map<string, Seen[]>, app: string, env: string, seen: Seen): void {
  const key = JSON.stringify([app, env]);
  const known = into.get(key) ?? [];
  known.push(seen);
  into.set(key, known);
}

const remotes = (byApp: ReadonlyMap<string, readonly Seen[]>): readonly Remote[] =>
  [...byApp]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, seen]) => {
      const [app = '', env = ''] = JSON.parse(key) as string[]; // written by add
      return {
        app,
        env,
        coverage: seen.every(({ decision }) => decision === 'allowed') ? 'already_allowed' : 'newly_allowed',
        connections: seen.reduce((sum, { connections }) => sum + connections, 0),
        ports: portsOf(seen),
        pairs: rolePairs(seen),
      };
    });

function rolePairs(seen: readonly Seen[]): readonly RolePair[] {
  const pairs = Map.groupBy(seen, ({ remote, own }) => JSON.stringify([remote, own]));
  return [...pairs]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, some]) => {
      const [first] = some;
      return first === undefined ? [] : [{ remote: first.remote, own: first.own, ports: portsOf(some) }];
    });
}

/** Most connections first. */
export function portsOf(
  seen: readonly { readonly port: number | null; readonly proto: number; readonly connections: number }[],
): readonly ObservedPort[] {
  const sums = new Map<string, ObservedPort>();
  for (const { port, proto, connections } of seen) {
    const key = `${proto}/${port}`;
    sums.set(key, { port, proto, connections: (sums.get(key)?.connections ?? 0) + connections });
  }
  return [...sums.values()].sort(
    (a, b) => b.connections - a.connections || a.proto - b.proto || (a.port ?? -1) - (b.port ?? -1),
  );
}
