import { tooManyRequests } from './refusals.ts';

const WINDOW_MS = 60_000;

/**
 * The PCE's quota: so many requests per key in a sliding minute (objects.md §3). Refused requests do not count. Measured in real time, not
 * on the simulator's clock, which may jump.
 */
export function createRateLimit(perMinute: number | 'off', nowMs = () => performance.now()): (key: string) => void {
  if (perMinute === 'off') return () => {};
  const accepted = new Map<string, number[]>();
  return (key) => {
    const now = nowMs();
    const times = (accepted.get(key) ?? []).filter((time) => time > now - WINDOW_MS);
    const oldest = times[0];
    if (times.length >= perMinute && oldest !== undefined)
      throw tooManyRequests(Math.max(1, Math.ceil((oldest + WINDOW_MS - now) / 1000)));
    times.push(now);
    accepted.set(key, times);
  };
}
