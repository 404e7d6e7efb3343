/** A graph over the nodes 0 … `size` - 1 as two arrays: the neighbours of node n stand in `targets` from `starts[n]` to `starts[n + 1]`. */
export interface Neighbours {
  readonly size: number;
  readonly starts: Uint32Array;
  readonly targets: Uint32Array;
}

type Pair = { readonly from: number; readonly to: number };

/** Neighbours along the edges; with `both`, against them too, each neighbour once. */
export function neighboursOf(
  size: number,
  edges: readonly Pair[],
  { both = false }: { readonly both?: boolean } = {},
): Neighbours {
  const pairs = both ? undirected(size, edges) : edges;
  const starts = new Uint32Array(size + 1);
  for (const { from } of pairs) starts[from + 1] = (starts[from + 1] ?? 0) + 1;
  for (let node = 0; node < size; node += 1) starts[node + 1] = (starts[node + 1] ?? 0) + (starts[node] ?? 0);
  const next = starts.slice();
  const targets = new Uint32Array(pairs.length);
  for (const { from, to } of pairs) {
    const at = next[from] ?? 0;
    targets[at] = to;
    next[from] = at + 1;
  }
  return { size, starts, targets };
}

function undirected(size: number, edges: readonly Pair[]): readonly Pair[] {
  const seen = new Set<number>();
  const pairs: Pair[] = [];
  for (const { from, to } of edges)
    for (const [a, b] of [
      [from, to],
      [to, from],
    ] as const) {
      const key = a * size + b;
      if (!seen.has(key)) pairs.push({ from: a, to: b });
      seen.add(key);
    }
  return pairs;
}

/** Breadth first from `start`: the hops to each node and the node before it on a shortest way; -1 for what is not reached. */
export interface Reach {
  readonly hops: Int32Array;
  readonly before: Int32Array;
  /** Nodes reached, `start` not counted. */
  readonly count: number;
}

export function reachFrom(
  { size, starts, targets }: Neighbours,
  start: number,
  maxHops: number = Number.POSITIVE_INFINITY,
): Reach {
  const hops = new Int32Array(size).fill(-1);
  const before = new Int32Array(size).fill(-1);
  const queue = new Uint32Array(size);
  hops[start] = 0;
  queue[0] = start;
  let length = 1;
  for (let at = 0; at < length; at += 1) {
    const node = queue[at] ?? 0;
    const hop = (hops[node] ?? 0) + 1;
    if (hop > maxHops) break;
    const stop = starts[node + 1] ?? 0;
    for (let i = starts[node] ?? 0; i < stop; i += 1) {
      const target = targets[i] ?? 0;
      if (hops[target] !== -1) continue;
      hops[target] = hop;
      before[target] = node;
      queue[length] = target;
      length += 1;
    }
  }
  return { hops, before, count: length - 1 };
}

/** The nodes on the way that `reach` found to `node`, its start first. */
export function wayTo({ before }: Reach, node: number): readonly number[] {
  const way: number[] = [];
  for (let at = node; at !== -1; at = before[at] ?? -1) way.push(at);
  return way.reverse();
}
