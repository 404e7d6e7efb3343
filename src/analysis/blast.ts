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

/** The easiest way found to a group so far. */
interface Step {
  readonly way: Way;
  readonly before: Step | undefined;
  /** Product of ease and hop factor along the path. */
  readonly chance: number;
}

/**
 * The easiest path of at most `maxHops` to each group outside `starts`, hop by hop (Bellman-Ford by rounds): the easiest of all may
 * be too long where a harder one is not, which Dijkstra over all paths would miss. Costs `maxHops` times the ways at most.
 */
function easiestSteps(ways: readonly Way[], starts: readonly number[], maxHops: number): ReadonlyMap<number, Step> {
  const inside = new Set(starts);
  const outgoing = Map.groupBy(ways, ({ from }) => from);
  const best = new Map<number, Step>();
  let frontier: readonly (readonly [number, Step | undefined])[] = starts.map((start) => [start, undefined]);
  for (let hop = 1; hop <= maxHops && frontier.length > 0; hop += 1) {
    const better = new Map<number, Step>();
    for (const [group, before] of frontier)
      for (const way of outgoing.get(group) ?? []) {
        const chance = (before?.chance ?? 1) * EASE[way.level] * HOP_FACTOR;
        const known = better.get(way.to) ?? best.get(way.to);
        if (!inside.has(way.to) && chance > (known?.chance ?? 0)) better.set(way.to, { way, before, chance });
      }
    for (const [group, step] of better) best.set(group, step);
    frontier = [...better];
  }
  return best;
}

function pathOf(last: Step): readonly Way[] {
  const path: Way[] = [];
  for (let step: Step | undefined = last; step !== undefined; step = step.before) path.unshift(step.way);
  return path;
}

const easeOf = (path: readonly Way[]): number =>
  path.reduce((product, { level }) => product * EASE[level], 1) * HOP_FACTOR ** (path.length - 1);

interface BlastOptions {
  readonly starts: readonly number[];
  readonly maxHops: number;
  readonly worth: (group: number) => Worth;
}

/**
 * How far an intruder on `starts` gets: the easiest path to each group, up to `maxHops`. The worth of a reached group counts in
 * proportion to the ease of its path, 0.8 for every hop after the first (users.md §4.5).
 */
export function blastRadius(
  groups: readonly Pick<HostGroup, 'index'>[],
  ways: readonly Way[],
  { starts, maxHops, worth }: BlastOptions,
): Blast {
  const steps = easiestSteps(ways, starts, maxHops);
  const inside = new Set(starts);
  const targets = groups.flatMap(({ index }): readonly Target[] => {
    const last = steps.get(index);
    if (last === undefined) return [];
    const path = pathOf(last);
    return [{ group: index, worth: worth(index), hops: path.length, ease: easeOf(path), path }];
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

/** The easiest path of at most `maxHops` through each group that leads straight into one of `ends`: every door, not only the easiest. */
export function waysInto(
  ways: readonly Way[],
  { starts, maxHops, worth }: BlastOptions,
  ends: ReadonlySet<number>,
): readonly Target[] {
  const outside = ways.filter(({ to }) => !ends.has(to));
  const steps = easiestSteps(outside, starts, maxHops - 1);
  const inside = new Set(starts);
  return ways
    .filter(({ from, to }) => ends.has(to) && !ends.has(from))
    .flatMap((way): readonly Target[] => {
      const before = steps.get(way.from);
      if (before === undefined && !inside.has(way.from)) return [];
      const path = [...(before === undefined ? [] : pathOf(before)), way];
      return [{ group: way.to, worth: worth(way.to), hops: path.length, ease: easeOf(path), path }];
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
