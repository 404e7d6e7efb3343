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
export const DEFAULT_MAX_WAIT_MS = 30_000;

/**
 * A token bucket that holds a minute's worth, as a schedule of turns: turns are taken in the order they are asked for, and a turn given
 * up (its signal fired) is lost, which is on the polite side.
 */
export function createQuota({
  requestsPerMinute,
  maxWaitMs = DEFAULT_MAX_WAIT_MS,
  clock = systemClock,
  sleep = systemSleep,
}: QuotaOptions): Quota {
  const intervalMs = requestsPerMinute > 0 ? MINUTE_MS / requestsPerMinute : 0;
  // When the bucket would be full again: `now` or earlier means that it is full.
  let fullAt = 0;
  let pausedUntil = 0;

  return {
    async take(signal) {
      signal?.throwIfAborted();
      const now = clock.now();
      const emptyFor = Math.max(fullAt, now) + intervalMs - now - MINUTE_MS;
      const waitMs = Math.max(intervalMs === 0 ? 0 : emptyFor, pausedUntil - now, 0);
      if (waitMs > maxWaitMs) throw rateLimited(waitMs);
      if (intervalMs > 0) fullAt = Math.max(fullAt, now) + intervalMs;
      if (waitMs > 0) await sleep(waitMs, signal);
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
