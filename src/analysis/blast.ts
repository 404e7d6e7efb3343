import { DirectedGraph } from 'graphology';
import dijkstra from 'graphology-shortest-path/dijkstra.js';
import type { Href } from '../core/href.ts';
import type { HostGroup } from './graph/groups.ts';
import { EASE, type Port, type RiskLevel } from './graph/port-risk.ts';

/** What a group of hosts is worth to an intruder (users.md §4.5). */
export const VALUES = { crown_jewel: 10, infrastructure: 8, production: 3, other: 1 } as const;
export type Worth = keyof typeof VALUES;
/** Every hop after the first makes success less likely. */
export const HOP_FACTOR = 0.8;

export interface Way {
  readonly from: number;
  readonly to: number;
  readonly level: RiskLevel;
  readonly port: Port;
  /** The allow rule that permits it; null where it was only seen. */
  readonly rule: Href | null;
  readonly observed: boolean;
}

export interface Target {
  readonly group: number;
  readonly worth: Worth;
  readonly hops: number;
  /** Product of the ease of each hop, 0 to 1, hop factor included. */
  readonly ease: number;
  readonly path: readonly Way[];
}

export interface Blast {
  /** Reached groups, those that count most first. */
  readonly targets: readonly Target[];
  /** 0 to 100: Σ value × ease over what is reached ÷ Σ value of everything. */
  readonly score: number;
}

const START = 'start';

/** Of two ways between the same groups the easier one; seen and permitted are kept of both. */
export function mergedWays(ways: readonly Way[]): readonly Way[] {
  const best = new Map<string, Way>();
  for (const way of ways) {
    const key = `${way.from} ${way.to}`;
    const known = best.get(key);
    if (known === undefined) best.set(key, way);
    else {
      const easier = EASE[way.level] > EASE[known.level] ? way : known;
      best.set(key, { ...easier, rule: known.rule ?? way.rule, observed: known.observed || way.observed });
    }
  }
  return [...best.values()];
}

/**
 * How far an intruder on `starts` gets: the easiest path to each group (Dijkstra over −ln of ease), up to `maxHops`. The worth of a
 * reached group counts in proportion to the ease of its path, 0.8 for every hop after the first (users.md §4.5).
 */
export function blastRadius(
  groups: readonly Pick<HostGroup, 'index'>[],
  ways: readonly Way[],
  {
    starts,
    maxHops,
    worth,
  }: { readonly starts: readonly number[]; readonly maxHops: number; readonly worth: (group: number) => Worth },
): Blast {
  const graph = new DirectedGraph();
  graph.addNode(START);
  for (const { index } of groups) graph.addNode(String(index));
  const wayOf = new Map<string, Way>();
  for (const way of ways) {
    wayOf.set(`${way.from} ${way.to}`, way);
    graph.mergeEdge(String(way.from), String(way.to), { weight: -Math.log(EASE[way.level] * HOP_FACTOR) });
  }
  for (const start of starts) graph.mergeEdge(START, String(start), { weight: 0 });
  const paths = dijkstra.singleSource(graph, START, 'weight');
  const inside = new Set(starts);
  const targets = groups.flatMap(({ index }): readonly Target[] => {
    const nodes = paths[String(index)];
    if (nodes === undefined || inside.has(index)) return [];
    const path = nodes.slice(2).flatMap((to, at) => wayOf.get(`${nodes[at + 1]} ${to}`) ?? []);
    if (path.length === 0 || path.length > maxHops) return [];
    const ease = path.reduce((product, { level }) => product * EASE[level], 1) * HOP_FACTOR ** (path.length - 1);
    return [{ group: index, worth: worth(index), hops: path.length, ease, path }];
  });
  const gain = ({ worth: one, ease }: Target): number => VALUES[one] * ease;
  const whole = groups
    .filter(({ index }) => !inside.has(index))
    .reduce((sum, { index }) => sum + VALUES[worth(index)], 0);
  const reached = targets.reduce((sum, target) => sum + gain(target), 0);
  return {
    targets: targets.sort((a, b) => gain(b) - gain(a) || a.hops - b.hops || a.group - b.group),
    score: whole === 0 ? 0 : Math.round((1000 * reached) / whole) / 10,
  };
}

/** The easiest path through each group that leads straight into one of `ends`: every door, not only the easiest. */
export function waysInto(
  blast: Blast,
  ways: readonly Way[],
  starts: readonly number[],
  ends: ReadonlySet<number>,
): readonly Target[] {
  const reached = new Map(blast.targets.map((target) => [target.group, target]));
  const inside = new Set(starts);
  return ways
    .filter(({ from, to }) => ends.has(to) && !ends.has(from))
    .flatMap((way): readonly Target[] => {
      const before = reached.get(way.from);
      if (before?.path.some(({ to }) => ends.has(to)) === true) return [];
      if (inside.has(way.from)) return [{ group: way.to, worth: 'other', hops: 1, ease: EASE[way.level], path: [way] }];
      if (before === undefined) return [];
      const path = [...before.path, way];
      return [
        { group: way.to, worth: 'other', hops: path.length, ease: before.ease * EASE[way.level] * HOP_FACTOR, path },
      ];
    })
    .sort((a, b) => b.ease - a.ease || a.hops - b.hops);
}

/** The rules that most of the paths rely on. */
export function cuts(paths: readonly (readonly Way[])[]): readonly { readonly rule: Href; readonly paths: number }[] {
  const counts = new Map<Href, number>();
  for (const path of paths)
    for (const rule of new Set(path.flatMap((way) => way.rule ?? []))) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return [...counts]
    .map(([rule, count]) => ({ rule, paths: count }))
    .sort((a, b) => b.paths - a.paths || (a.rule < b.rule ? -1 : 1));
}
