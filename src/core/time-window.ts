import { Failure } from './errors.ts';

/** A stretch of time, both ends included, as the PCE wants it: RFC 3339 in UTC. */
export interface TimeWindow {
  readonly startMs: number;
  readonly endMs: number;
  readonly start: string;
  readonly end: string;
  /** What was read into the question, to be told with the answer. */
  readonly notes: readonly string[];
}

export interface TimeWindowArguments {
  /** `YYYY-MM-DD` (from its first second, UTC), RFC 3339 with a zone, or epoch digits (seconds, or milliseconds from 12 digits on). */
  readonly startDate?: string | number | undefined;
  /** The same; a bare date means to its last second. */
  readonly endDate?: string | number | undefined;
  /** Days before the end; not used where a start is given. */
  readonly lookbackDays?: number | undefined;
}

const DAY_MS = 86_400_000;
const MAX_LOOKBACK_DAYS = 3_660;

/** Throws `invalid_window` for what is no time, a time without zone, a start after the end, and a lookback that is no number of days. */
export function timeWindow(
  { startDate, endDate, lookbackDays }: TimeWindowArguments,
  nowMs: number,
  defaultLookbackDays: number,
): TimeWindow {
  const notes: string[] = [];
  const endMs = endDate === undefined ? nowMs : readTime('end_date', endDate, DAY_MS - 1_000);
  if (endMs > nowMs) notes.push('end_date lies in the future; there is nothing after now.');
  const startMs =
    startDate === undefined
      ? endMs - lookbackMs(lookbackDays ?? defaultLookbackDays)
      : readTime('start_date', startDate, 0);
  if (startDate !== undefined && lookbackDays !== undefined)
    notes.push('start_date is given, so lookback_days was not used.');
  if (startMs > endMs) throw invalid(`start_date (${rfc3339(startMs)}) lies after end_date (${rfc3339(endMs)}).`);
  return { startMs, endMs, start: rfc3339(startMs), end: rfc3339(endMs), notes };
}

function lookbackMs(days: number): number {
  if (!(days > 0 && days <= MAX_LOOKBACK_DAYS))
    throw invalid(`lookback_days must lie between 0 and ${MAX_LOOKBACK_DAYS}.`);
  return days * DAY_MS;
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?<zone>[Zz]|[+-]\d{2}:?\d{2})?$/;
const EPOCH = /^\d{9,14}$/;

/** Where a year fits: 2000 to 2100. Anything else is a slip of a digit. */
const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);

function readTime(name: string, given: string | number, bareDateOffsetMs: number): number {
  const text = String(given).trim();
  const ms = readAny(name, text, bareDateOffsetMs);
  if (Number.isNaN(ms)) throw invalid(`${name} is not a time: ${text.slice(0, 40)}`);
  if (ms < EARLIEST_MS || ms >= LATEST_MS) throw invalid(`${name} lies outside of 2000 to 2100: ${text.slice(0, 40)}`);
  return ms;
}

function readAny(name: string, text: string, bareDateOffsetMs: number): number {
  if (EPOCH.test(text)) return text.length >= 12 ? Number(text) : Number(text) * 1_000;
  if (DATE.test(text)) return existingDay(text) ? Date.parse(`${text}T00:00:00Z`) + bareDateOffsetMs : Number.NaN;
  const time = DATE_TIME.exec(text);
  if (time === null || !existingDay(text.slice(0, 10))) return Number.NaN;
  const zone = time.groups?.zone;
  if (zone === undefined) throw invalid(`${name} has no zone: write ${text}Z for UTC, or an offset like +02:00.`);
  // Date.parse wants a T and a colon in the offset.
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  return Date.parse(`${text.slice(0, 10)}T${text.slice(11, text.length - zone.length)}${offset}`);
}

/** 2025-02-30 is no day, though `Date` would make one of it. */
function existingDay(date: string): boolean {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const at = new Date(Date.UTC(year, month - 1, day));
  return at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
}

/** Whole seconds where they are whole: `2025-06-01T00:00:00Z`. */
export const rfc3339 = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

const invalid = (message: string): Failure =>
  new Failure('invalid_window', { message, data: { example: { start_date: '2025-06-01', end_date: '2025-06-30' } } });
