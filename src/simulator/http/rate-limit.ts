import { tooManyRequests } from './refusals.ts';

const WINDOW_MS = 60_000;

/** Counts one request of `key`; with `perMinute`, against a quota other than the general one. Throws 429. */
export type RateLimit = (key: string, perMinute?: number) => void;

/**
 * The PCE's quota: so many requests per key in a sliding minute (objects.md §3). Refused requests do not count. Measured in real time, not
 * on the simulator's clock, which may jump.
 */
export function createRateLimit(general: number | 'off', nowMs = () => performance.now()): RateLimit {
  if (general === 'off') return () => {};
  const accepted = new Map<string, number[]>();
  return (key, perMinute = general) => {
    const now = nowMs();
    const times = (accepted.get(key) ?? []).filter((time) => time > now - WINDOW_MS);
    const oldest = times[0];
    if (times.length >= perMinute && oldest !== undefined)
      throw tooManyRequests(Math.max(1, Math.ceil((oldest + WINDOW_MS - now) / 1000)));
    times.push(now);
    accepted.set(key, times);
  };
}
