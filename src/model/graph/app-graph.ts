/** An application in an environment: a node of the application graph. */
export interface AppName {
  readonly app: string;
  readonly env: string;
}

export interface AppEdge {
  /** Indexes into `nodes`. */
  readonly from: number;
  readonly to: number;
  readonly connections: number;
}

/** Who talks to whom, by application; no edge from a node to itself, at most one for a pair and direction. */
export interface AppGraph {
  /** Sorted by app, then env, so that a graph of the same traffic is always the same graph. */
  readonly nodes: readonly AppName[];
  readonly edges: readonly AppEdge[];
  readonly indexOf: (name: AppName) => number | undefined;
}

export interface Contact {
  readonly from: AppName;
  readonly to: AppName;
  readonly connections: number;
}

/** A key that no label value can imitate, whatever characters it holds. */
const keyOf = ({ app, env }: AppName): string => JSON.stringify([app, env]);

const compareNames = (a: AppName, b: AppName): number =>
  a.app === b.app ? Number(a.env > b.env) - Number(a.env < b.env) : a.app > b.app ? 1 : -1;

/** Sums `contacts` by pair of applications and keeps the pairs with at least `minConnections`; nodes are the ends of what is kept. */
export function appGraph(contacts: Iterable<Contact>, { minConnections = 1 } = {}): AppGraph {
  const sums = new Map<string, { from: AppName; to: AppName; connections: number }>();
  for (const { from, to, connections } of contacts) {
    if (from.app === to.app && from.env === to.env) continue;
    const key = `${keyOf(from)}${keyOf(to)}`;
    const known = sums.get(key);
    if (known === undefined) sums.set(key, { from, to, connections });
    else known.connections += connections;
  }
  const kept = [...sums.values()].filter(({ connections }) => connections >= minConnections);
  const names = new Map(kept.flatMap(({ from, to }) => [from, to]).map((name) => [keyOf(name), name]));
  const nodes = [...names.values()].sort(compareNames);
  const indexes = new Map(nodes.map((name, index) => [keyOf(name), index]));
  const indexOf = (name: AppName): number | undefined => indexes.get(keyOf(name));
  const edges = kept.map(({ from, to, connections }) => ({
    from: indexOf(from) ?? 0, // both ends of what is kept are nodes
    to: indexOf(to) ?? 0,
    connections,
  }));
  edges.sort((a, b) => a.from - b.from || a.to - b.to);
  return { nodes, edges, indexOf };
}

/** `ordering (prod)`. */
export const appText = ({ app, env }: AppName): string => `${app} (${env})`;
