import { describe, expect, it } from 'vitest';
import { blastRadius, HOP_FACTOR, type Way, waysInto } from './blast.ts';
import { EASE, type RiskLevel } from './graph/port-risk.ts';

const way = (from: number, to: number, level: RiskLevel): Way => ({
  from,
  to,
  level,
  port: { proto: 6, port: 445 },
  rule: null,
  observed: true,
});

const groupsUpTo = (count: number) => Array.from({ length: count }, (_, index) => ({ index }));
const worth = () => 'other' as const;

/** The best ease of every walk without a repetition, tried one by one. */
function tried(ways: readonly Way[], starts: readonly number[], maxHops: number): ReadonlyMap<number, number> {
  const best = new Map<number, number>();
  const walk = (at: number, visited: readonly number[], ease: number): void => {
    if (visited.length > maxHops) return;
    for (const { from, to, level } of ways) {
      if (from !== at || visited.includes(to) || starts.includes(to)) continue;
      const reached = ease * EASE[level] * (visited.length === 1 ? 1 : HOP_FACTOR);
      best.set(to, Math.max(best.get(to) ?? 0, reached));
      walk(to, [...visited, to], reached);
    }
  };
  for (const start of starts) walk(start, [start], 1);
  return best;
}

/** Ways between groups, drawn from a small generator of its own. */
function drawn(seed: number, groups: number, count: number): readonly Way[] {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % limit;
  };
  const levels = ['critical', 'high', 'medium', 'low', 'other'] as const;
  const ways = Array.from({ length: count }, () => way(below(groups), below(groups), levels[below(5)] ?? 'other'));
  return [...new Map(ways.map((one) => [`${one.from} ${one.to}`, one])).values()].filter(({ from, to }) => from !== to);
}

describe('blastRadius', () => {
  it('reaches a group by a harder path where the easiest is too long', () => {
    const ways = [way(0, 1, 'critical'), way(1, 2, 'critical'), way(2, 3, 'critical'), way(0, 3, 'other')];
    const within = (maxHops: number) =>
      blastRadius(groupsUpTo(4), ways, { starts: [0], maxHops, worth }).targets.find(({ group }) => group === 3);
    expect(within(2)).toMatchObject({ hops: 1, ease: EASE.other });
    expect(within(3)).toMatchObject({ hops: 3 });
  });

  it.each([1, 2, 3, 4, 5])('finds what trying every path finds, within %i hops', (maxHops) => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const ways = drawn(seed, 7, 14);
      const starts = [0, 1 + (seed % 3)];
      const expected = tried(ways, starts, maxHops);
      const { targets } = blastRadius(groupsUpTo(7), ways, { starts, maxHops, worth });
      expect(new Set(targets.map(({ group }) => group))).toEqual(new Set(expected.keys()));
      for (const { group, ease, hops, path } of targets) {
        expect(ease).toBeCloseTo(expected.get(group) ?? -1, 12);
        expect(path).toHaveLength(hops);
      }
    }
  });
});

it('every door into the ends is found, each by its easiest path from outside that is short enough', () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const ways = drawn(seed, 7, 14);
    const ends = new Set([5, 6]);
    const doors = waysInto(ways, { starts: [0], maxHops: 3, worth }, ends);
    const outside = tried(
      ways.filter(({ to }) => !ends.has(to)),
      [0],
      2,
    );
    const expected = ways
      .filter(({ from, to }) => ends.has(to) && !ends.has(from) && (from === 0 || outside.has(from)))
      .map(({ from, to, level }) => {
        const before = from === 0 ? 1 : (outside.get(from) ?? 0) * HOP_FACTOR;
        return { door: `${from} ${to}`, ease: (before * EASE[level]).toFixed(12) };
      });
    const found = doors.map(({ path, ease }) => {
      const last = path.at(-1);
      return { door: `${last?.from} ${last?.to}`, ease: ease.toFixed(12) };
    });
    const byDoor = (a: { door: string }, b: { door: string }): number => (a.door < b.door ? -1 : 1);
    expect(found.sort(byDoor)).toEqual(expected.sort(byDoor));
  }
});
