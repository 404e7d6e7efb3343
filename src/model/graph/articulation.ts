import type { Neighbours } from './neighbours.ts';

/**
 * The nodes without which a connected part of the undirected graph falls apart (Hopcroft and Tarjan 1973), in ascending order.
 * Iterative: a chain of applications must not exhaust the stack.
 */
export function articulationPoints({ size, starts, targets }: Neighbours): readonly number[] {
  const found = new Int32Array(size); // when a node was discovered, from 1; 0 is not yet
  const low = new Int32Array(size); // the earliest node that its subtree leads back to
  const parent = new Int32Array(size).fill(-1);
  const next = starts.slice(0, size);
  const cuts = new Uint8Array(size);
  let time = 0;
  for (let root = 0; root < size; root += 1) {
    if (found[root] !== 0) continue;
    let children = 0;
    const stack = [root];
    time += 1;
    found[root] = time;
    low[root] = time;
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      const at = next[node] ?? 0;
      if (at < (starts[node + 1] ?? 0)) {
        next[node] = at + 1;
        const target = targets[at] ?? 0;
        if (found[target] === 0) {
          parent[target] = node;
          if (node === root) children += 1;
          time += 1;
          found[target] = time;
          low[target] = time;
          stack.push(target);
        } else if (target !== parent[node]) low[node] = Math.min(low[node] ?? 0, found[target] ?? 0);
        continue;
      }
      stack.pop();
      const above = parent[node] ?? -1;
      if (above === -1) continue;
      low[above] = Math.min(low[above] ?? 0, low[node] ?? 0);
      if (above !== root && (low[node] ?? 0) >= (found[above] ?? 0)) cuts[above] = 1;
    }
    if (children > 1) cuts[root] = 1;
  }
  return [...cuts.keys()].filter((node) => cuts[node] === 1);
}
