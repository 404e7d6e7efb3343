export type Cadence = 'once' | 'daily' | 'weekly' | 'monthly' | 'irregular';

/** A stretch of the history, in ms since 1970. Weeks tell daily from weekly, longer stretches find what runs once a month. */
export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
  readonly isWeek: boolean;
}

/** When something was seen within one stretch. */
export interface Occasion {
  readonly stretch: Stretch;
  readonly firstMs: number;
  readonly lastMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
const WEEKS = 3;
/** Shorter than a month, so that no stretch holds two month-ends. */
const LONG_MS = 23 * DAY_MS;
/** One job may run past midnight, and past noon of the day after. */
const ONE_RUN_MS = 36 * HOUR_MS;
const MONTH_DAYS = { shortest: 25, longest: 36 } as const;

/** The history before `endMs`, newest first: three weeks, then stretches of 23 days; six of them in 90 days. */
export function stretches(startMs: number, endMs: number): readonly Stretch[] {
  const found: Stretch[] = [];
  let until = endMs;
  while (until > startMs) {
    const isWeek = found.length < WEEKS;
    const from = Math.max(startMs, until - (isWeek ? WEEK_MS : LONG_MS));
    found.push({ startMs: from, endMs: until, isWeek });
    until = from;
  }
  return found;
}

/**
 * How often a flow recurs, from the stretches it was seen in: a traffic query adds up its whole window, and a PCE keeps older rows by the
 * week (traffic.md §2.6), so nothing finer can be told.
 */
export function cadenceOf(occasions: readonly Occasion[]): Cadence {
  const sorted = occasions.toSorted((a, b) => a.firstMs - b.firstMs);
  const [first] = sorted;
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return 'irregular';
  if (last.lastMs - first.firstMs <= ONE_RUN_MS) return 'once';
  const gaps = sorted.slice(1).map(({ firstMs }, index) => (firstMs - (sorted[index]?.firstMs ?? firstMs)) / DAY_MS);
  const isMonthly = gaps.every((days) => days >= MONTH_DAYS.shortest && days <= MONTH_DAYS.longest);
  if (gaps.length > 0 && isMonthly && sorted.every(isOneRun)) return 'monthly';
  const weeks = sorted.filter(({ stretch }) => stretch.isWeek);
  if (weeks.length < 2) return 'irregular';
  return weeks.filter(isOneRun).length * 2 > weeks.length ? 'weekly' : 'daily';
}

const isOneRun = ({ firstMs, lastMs }: Occasion): boolean => lastMs - firstMs <= ONE_RUN_MS;
