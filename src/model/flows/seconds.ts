/** Absent or unreadable. */
export const NO_TIME = 0;

const MAX_SECONDS = 0xffff_ffff;

// The PCE writes `2022-09-01T20:35:22Z` (traffic.md §4.1): read by position, because Date.parse would cost more than all other columns.
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i += 1) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** Days from 1970-01-01 of a date of the Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms"). */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

function plainSeconds(text: string): number {
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour < 24 && minute < 60 && second < 60))
    return Number.NaN;
  return daysFromCivil(digits(text, 0, 4), month, day) * 86_400 + hour * 3600 + minute * 60 + second;
}

/** An RFC 3339 time as whole seconds since 1970 UTC; `NO_TIME` for anything else, and outside 1970 to 2106. */
export function secondsOf(value: unknown): number {
  if (typeof value !== 'string') return NO_TIME;
  const plain = value.length === 20 && value.charCodeAt(19) === 90 ? plainSeconds(value) : Number.NaN;
  const seconds = Number.isNaN(plain) ? Math.floor(Date.parse(value) / 1000) : plain;
  return seconds > NO_TIME && seconds <= MAX_SECONDS ? seconds : NO_TIME;
}

/** RFC 3339 in UTC with seconds; null for `NO_TIME`. */
export const timeOf = (seconds: number): string | null =>
  seconds === NO_TIME ? null : `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
