const DAY_S = 86_400;

const two = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));
let day = Number.NaN;
let dayText = '';

/** `2025-06-01T08:00:12Z`: rows carry whole seconds. Rows of a download share their days, so the day is not worked out anew for each. */
export function isoSeconds(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const ofDay = ((seconds % DAY_S) + DAY_S) % DAY_S;
  if (seconds - ofDay !== day) {
    day = seconds - ofDay;
    dayText = new Date(day * 1000).toISOString().slice(0, 11);
  }
  return `${dayText}${two[Math.floor(ofDay / 3600)]}:${two[Math.floor(ofDay / 60) % 60]}:${two[ofDay % 60]}Z`;
}
