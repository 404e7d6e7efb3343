import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { articulationPoints } from './articulation.ts';
import { betweenness } from './betweenness.ts';
import { neighboursOf, reachFrom, wayTo } from './neighbours.ts';

const SIZE = 8;
const edgeList = fc.array(
  fc.record({ from: fc.nat({ max: SIZE - 1 }), to: fc.nat({ max: SIZE - 1 }) }).filter(({ from, to }) => from !== to),
  { maxLength: 14 },
);
type Edges = readonly { readonly from: number; readonly to: number }[];

/** Naive: the nodes that lead anywhere from `start`, `without` removed, in either direction where told. */
function closure(edges: Edges, start: number, { both = false, without = -1 } = {}): Set<number> {
  const reached = new Set([start]);
  for (let grown = -1; grown !== reached.size; ) {
    grown = reached.size;
    for (const { from, to } of edges) {
      if (from === without || to === without) continue;
      if (reached.has(from)) reached.add(to);
      if (both && reached.has(to)) reached.add(from);
    }
  }
  return reached;
}

describe('a graph of applications', () => {
  it('articulation points are the nodes whose removal disconnects something', () => {
    fc.assert(
      fc.property(edgeList, (edges) => {
        const naive = Array.from({ length: SIZE }, (_, node) => node).filter((node) => {
          const rest = [...closure(edges, node, { both: true })].filter((other) => other !== node);
          const [first] = rest;
          return first !== undefined && closure(edges, first, { both: true, without: node }).size < rest.length;
        });
        expect(articulationPoints(neighboursOf(SIZE, edges, { both: true }))).toEqual(naive);
      }),
    );
  });

  it('reach is the closure, never a hop too far, and ways are made of edges', () => {
    fc.assert(
      fc.property(edgeList, fc.nat({ max: 4 }), (edges, maxHops) => {
        const neighbours = neighboursOf(SIZE, edges);
        expect(reachFrom(neighbours, 0).count).toBe(closure(edges, 0).size - 1);
        const limited = reachFrom(neighbours, 0, maxHops);
        for (const [node, hop] of limited.hops.entries()) {
          expect(hop).toBeLessThanOrEqual(maxHops);
          if (hop < 0) continue;
          const way = wayTo(limited, node);
          expect(way).toHaveLength(hop + 1);
          way.slice(1).forEach((to, i) => expect(edges).toContainEqual({ from: way[i], to }));
        }
      }),
    );
  });

  it('betweenness of a star and of a path are the textbook values', () => {
    const star = betweenness(
      5,
      [1, 2, 3, 4].map((to) => ({ from: 0, to })),
    );
    expect([...star.of]).toEqual([1, 0, 0, 0, 0]);
    const path = betweenness(
      4,
      [0, 1, 2].map((from) => ({ from, to: from + 1 })),
    );
    expect([...path.of].map((value) => value.toFixed(4))).toEqual(['0.0000', '0.6667', '0.6667', '0.0000']);
  });

  it('a chain of 100,000 ends, and large graphs are sampled and say so', () => {
    const chain = Array.from({ length: 99_999 }, (_, from) => ({ from, to: from + 1 }));
    expect(articulationPoints(neighboursOf(100_000, chain, { both: true }))).toHaveLength(99_998);
    expect(reachFrom(neighboursOf(100_000, chain), 0).count).toBe(99_999);

    const size = 400;
    const hub = Array.from({ length: size - 1 }, (_, i) => ({ from: 0, to: i + 1 }));
    const ring = hub.map(({ to }) => ({ from: to, to: (to % (size - 1)) + 1 }));
    const exact = betweenness(size, [...hub, ...ring]);
    const sampled = betweenness(size, [...hub, ...ring], { maxSteps: 1 });
    expect(exact.pivots).toBe(size);
    expect(sampled.pivots).toBe(50);
    expect(Math.abs((sampled.of[0] ?? 0) - (exact.of[0] ?? 0))).toBeLessThan(0.05);
  });
});
