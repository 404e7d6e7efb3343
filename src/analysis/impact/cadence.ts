export type Cadence = 'once' | 'daily' | 'weekly' | 'monthly' | 'irregular';

/** When something was seen within one week, in ms since 1970. */
export interface Occasion {
  readonly week: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** One job may run past midnight, and past noon of the day after. */
const ONE_RUN_MS = 36 * HOUR_MS;
const MOST_WEEKS = 0.75;
const MONTH_DAYS = { shortest: 25, longest: 36 } as const;

/**
 * How often a flow recurs, from the weeks it was seen in: rows older than a few days are kept by the week on a PCE (traffic.md §2.6), so
 * nothing finer can be told of them.
 */
export function cadenceOf(occasions: readonly Occasion[]): Cadence {
  const sorted = occasions.toSorted((a, b) => a.week - b.week);
  const first = sorted[0];
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return 'irregular';
  if (last.lastMs - first.firstMs <= ONE_RUN_MS) return 'once';
  const gaps = sorted.slice(1).map(({ firstMs }, index) => (firstMs - (sorted[index]?.firstMs ?? firstMs)) / DAY_MS);
  if (gaps.length > 0 && gaps.every((days) => days >= MONTH_DAYS.shortest && days <= MONTH_DAYS.longest))
    return 'monthly';
  const weeks = last.week - first.week + 1;
  if (sorted.length < weeks * MOST_WEEKS) return 'irregular';
  const several = sorted.filter(({ firstMs, lastMs }) => lastMs - firstMs > ONE_RUN_MS).length;
  if (several * 2 >= sorted.length) return 'daily';
  return sorted.length > 1 ? 'weekly' : 'irregular';
}
