import { UndirectedGraph } from 'graphology';
import { createUnweightedIndexedBrandes } from 'graphology-shortest-path/indexed-brandes.js';

export interface Betweenness {
  /** By node, 0 to 1: the share of shortest ways between two others that lead over it. */
  readonly of: Float64Array;
  /** How many nodes were taken as starts of ways; less than there are: an estimate. */
  readonly pivots: number;
}

/** Starts × edges that are walked exactly; beyond, the starts are sampled so that the time stays near linear in the edges. */
const EXACT_STEPS = 20_000_000;
const MIN_PIVOTS = 50;

/**
 * Betweenness in the undirected, unweighted graph (Brandes 2001), accumulated from every start and divided by (n-1)(n-2), as the
 * reference server does. In large graphs from evenly spread pivots (Brandes and Pich 2007), scaled up.
 */
export function betweenness(
  size: number,
  edges: readonly { readonly from: number; readonly to: number }[],
  { maxSteps = EXACT_STEPS }: { readonly maxSteps?: number } = {},
): Betweenness {
  const of = new Float64Array(size);
  if (size < 3) return { of, pivots: size };
  const graph = new UndirectedGraph();
  for (let node = 0; node < size; node += 1) graph.addNode(node);
  for (const { from, to } of edges) graph.mergeEdge(from, to);
  const brandes = createUnweightedIndexedBrandes(graph);
  const pivots = Math.min(size, Math.max(MIN_PIVOTS, Math.floor(maxSteps / Math.max(1, 2 * graph.size))));
  const delta = new Float64Array(size);
  for (let pivot = 0; pivot < pivots; pivot += 1) {
    const source = Math.floor((pivot * size) / pivots);
    const [stack, predecessors, paths] = brandes(source);
    delta.fill(0);
    while (stack.size > 0) {
      const node = stack.pop() ?? 0;
      const share = (1 + (delta[node] ?? 0)) / (paths[node] ?? 1);
      for (const before of predecessors[node] ?? [])
        delta[before] = (delta[before] ?? 0) + (paths[before] ?? 0) * share;
      if (node !== source) of[node] = (of[node] ?? 0) + (delta[node] ?? 0);
    }
  }
  const scale = size / pivots / ((size - 1) * (size - 2));
  for (let node = 0; node < size; node += 1) of[node] = (of[node] ?? 0) * scale;
  return { of, pivots };
}
