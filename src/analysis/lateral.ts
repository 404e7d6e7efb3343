import type { AppGraph } from '../model/graph/app-graph.ts';
import { articulationPoints } from '../model/graph/articulation.ts';
import { neighboursOf, reachFrom, wayTo } from '../model/graph/neighbours.ts';

export interface NodeReach {
  readonly node: number;
  /** Nodes that can be reached from it, itself not counted. */
  readonly reach: number;
  readonly in: number;
  readonly out: number;
}

export interface LateralPath {
  readonly nodes: readonly number[];
  readonly hops: number;
}

type Graph = Pick<AppGraph, 'nodes' | 'edges'>;

/** Every node with its reach, largest first; equal ones in node order. */
export function reaches({ nodes, edges }: Graph): readonly NodeReach[] {
  const neighbours = neighboursOf(nodes.length, edges);
  const ins = new Uint32Array(nodes.length);
  for (const { to } of edges) ins[to] = (ins[to] ?? 0) + 1;
  return nodes
    .map((_, node) => ({
      node,
      reach: reachFrom(neighbours, node).count,
      in: ins[node] ?? 0,
      out: (neighbours.starts[node + 1] ?? 0) - (neighbours.starts[node] ?? 0),
    }))
    .sort((a, b) => b.reach - a.reach);
}

/** Applications without which parts of the estate would not be connected. */
export const bridges = ({ nodes, edges }: Graph): ReadonlySet<number> =>
  new Set(articulationPoints(neighboursOf(nodes.length, edges, { both: true })));

/** A shortest path to each node that at most `maxHops` hops lead to, longest first. */
export function pathsFrom({ nodes, edges }: Graph, start: number, maxHops: number): readonly LateralPath[] {
  const reach = reachFrom(neighboursOf(nodes.length, edges), start, maxHops);
  return nodes
    .flatMap((_, node): readonly LateralPath[] => {
      const hops = reach.hops[node] ?? -1;
      return hops > 0 ? [{ nodes: wayTo(reach, node), hops }] : [];
    })
    .sort((a, b) => b.hops - a.hops);
}
