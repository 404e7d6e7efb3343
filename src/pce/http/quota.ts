import { type Clock, type Sleep, systemClock, systemSleep } from '../../core/clock.ts';
import { Failure } from '../../core/errors.ts';

/** The requests one key may make: one for all who use the key. */
export interface Quota {
  /** Waits for a turn. Throws `pce_rate_limited` at once when the wait would be longer than anybody should wait. */
  take(signal?: AbortSignal): Promise<void>;
  /** The PCE said 429: nobody sends anything for so long. */
  pause(ms: number): void;
}

export interface QuotaOptions {
  /** 0: no limit of our own; a pause still holds. */
  readonly requestsPerMinute: number;
  readonly maxWaitMs?: number;
  readonly clock?: Clock;
  readonly sleep?: Sleep;
}

const MINUTE_MS = 60_000;
/** A whole minute, and a little for what was sent while one waited. */
export const DEFAULT_MAX_WAIT_MS = 65_000;

/**
 * At most so many in any minute, all of them at once if need be. A bucket that holds a minute's worth and fills up again meanwhile would
 * let through twice as many in its first minute, and the PCE counts every minute (objects.md §3). Turns are given in the order they are
 * asked for; one given up (its signal fired) is lost, which is on the polite side.
 */
export function createQuota({
  requestsPerMinute,
  maxWaitMs = DEFAULT_MAX_WAIT_MS,
  clock = systemClock,
  sleep = systemSleep,
}: QuotaOptions): Quota {
  // The times of the last turns, the oldest at `next`.
  const turns = new Float64Array(requestsPerMinute).fill(Number.NEGATIVE_INFINITY);
  let next = 0;
  let pausedUntil = 0;

  return {
    async take(signal) {
      signal?.throwIfAborted();
      const now = clock.now();
      const oldest = turns[next] ?? Number.NEGATIVE_INFINITY;
      const at = Math.max(now, oldest + MINUTE_MS, pausedUntil);
      if (at - now > maxWaitMs) throw rateLimited(at - now);
      turns[next] = at;
      next = (next + 1) % Math.max(1, requestsPerMinute);
      if (at > now) await sleep(at - now, signal);
      // A 429 that came while this one waited holds it back too.
      const stillPausedMs = pausedUntil - clock.now();
      if (stillPausedMs > maxWaitMs) throw rateLimited(stillPausedMs);
      if (stillPausedMs > 0) await sleep(stillPausedMs, signal);
    },
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, clock.now() + ms);
    },
  };
}

export const rateLimited = (waitMs: number, detail: Readonly<Record<string, unknown>> = {}): Failure =>
  new Failure('pce_rate_limited', { data: { retry_after_seconds: Math.ceil(waitMs / 1000) }, detail });
