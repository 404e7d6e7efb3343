/** Times of an estate, all relative to its "now" (days are UTC), so that nothing depends on the date a test runs. */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** How much traffic history an estate has. */
export const HISTORY_DAYS = 90;

export const dayOf = (ms: number): number => Math.floor(ms / DAY);

/** 0 is Sunday; 1 January 1970 was a Thursday. */
export const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7;

/** Days before now on which month-end jobs ran. The last one lies outside a 14-day window and inside a 30-day one (planted issue P10). */
export const MONTH_ENDS_AGO = [20, 50, 81] as const;

export const isoOf = (ms: number): string => new Date(ms).toISOString();

/** The calendar date, `YYYY-MM-DD`. */
export const dateOf = (ms: number): string => isoOf(ms).slice(0, 10);
