import { describe, expect, it } from 'vitest';
import { type Cadence, cadenceOf, type Occasion, stretches } from './cadence.ts';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2025-06-15T00:00:00Z');

/** What a query for each stretch would find of a flow that was seen so many days ago. */
function seen(daysAgo: readonly number[]): readonly Occasion[] {
  const times = daysAgo.map((days) => NOW - days * DAY_MS);
  return stretches(NOW - 90 * DAY_MS, NOW).flatMap((stretch) => {
    const inside = times.filter((time) => time >= stretch.startMs && time < stretch.endMs);
    return inside.length === 0 ? [] : [{ stretch, firstMs: Math.min(...inside), lastMs: Math.max(...inside) }];
  });
}

const every = (days: number, until = 90): number[] =>
  Array.from({ length: Math.floor(until / days) }, (_, index) => 1 + index * days);

describe('cadence', () => {
  it('cuts the history without gap or overlap', () => {
    const cut = stretches(NOW - 90 * DAY_MS, NOW);
    expect(cut[0]?.endMs).toBe(NOW);
    expect(cut.at(-1)?.startMs).toBe(NOW - 90 * DAY_MS);
    for (const [index, stretch] of cut.entries())
      expect(stretch.startMs).toBe(cut[index + 1]?.endMs ?? NOW - 90 * DAY_MS);
  });

  it.each<[string, readonly number[], Cadence]>([
    ['every day', every(1), 'daily'],
    ['on weekdays', every(1).filter((day) => day % 7 < 5), 'daily'],
    ['every seven days', every(7), 'weekly'],
    ['at three month-ends', [20, 50, 81], 'monthly'],
    ['at two month-ends', [14.5, 44.8], 'monthly'],
    ['on one evening', [12.02, 12.1], 'once'],
    ['twice, a fortnight apart', [30, 44], 'irregular'],
    ['daily until a month ago', every(1).filter((day) => day > 30), 'irregular'],
    ['never', [], 'irregular'],
  ])('%s', (_, daysAgo, cadence) => {
    expect(cadenceOf(seen(daysAgo))).toBe(cadence);
  });
});
