const DAY_MS = 86_400_000;

/** Days on which nothing is changed, both included, as the first millisecond of each. */
export interface Freeze {
  readonly firstDayMs: number;
  readonly lastDayMs: number;
}

export interface WaveDates {
  /** First day of the wave, and the last day before the next one may start. */
  readonly firstDayMs: number;
  readonly lastDayMs: number;
}

/**
 * When each of `count` waves runs: `days` each, one after the other from `startMs` on. A wave is changed on its first day and watched to its
 * last; one that would meet a freeze waits for the day after it, because taking it back is a change too.
 */
export function waveDates(
  count: number,
  { startMs, days, freezes }: { readonly startMs: number; readonly days: number; readonly freezes: readonly Freeze[] },
): readonly WaveDates[] {
  const dates: WaveDates[] = [];
  let firstDayMs = startMs;
  const inTheWay = (lastDayMs: number): readonly Freeze[] =>
    freezes.filter((freeze) => freeze.firstDayMs <= lastDayMs && freeze.lastDayMs >= firstDayMs);
  for (let wave = 0; wave < count; wave += 1) {
    for (
      let met = inTheWay(firstDayMs + (days - 1) * DAY_MS);
      met.length > 0;
      met = inTheWay(firstDayMs + (days - 1) * DAY_MS)
    )
      firstDayMs = Math.max(...met.map(({ lastDayMs }) => lastDayMs)) + DAY_MS;
    dates.push({ firstDayMs, lastDayMs: firstDayMs + (days - 1) * DAY_MS });
    firstDayMs += days * DAY_MS;
  }
  return dates;
}
