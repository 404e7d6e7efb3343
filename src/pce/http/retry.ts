import type { Sleep } from '../../core/clock.ts';
import { asFailure, type Failure } from '../../core/errors.ts';
import { isTransient } from './failures.ts';
import type { Quota } from './quota.ts';

export interface RetryOptions {
  /** Sending it twice does no harm; never true for a POST. */
  readonly repeatable: boolean;
  readonly quota: Quota;
  readonly sleep: Sleep;
  /** 0 to 1. */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

const MAX_ATTEMPTS = 5;
const BASE_MS = 400;
const CAP_MS = 8_000;
/** A PCE that asks for more patience than this is better asked again later, by whoever reads the answer. */
const MAX_RETRY_AFTER_MS = 30_000;

/**
 * Runs an attempt again where that is safe. What is repeatable: after a connection error, a broken answer, 429, 502, 503 and 504. A POST:
 * only when it cannot have happened, that is when the connection was never made, or once after a 429, which means "not processed"
 * (objects.md §3). Delays have full jitter; a `Retry-After` is kept to, by everybody who uses the key.
 */
export async function retrying<T>(
  attempt: (mayHaveHappened: boolean) => Promise<T>,
  { repeatable, quota, sleep, random, signal }: RetryOptions,
): Promise<T> {
  let mayHaveHappened = false;
  for (let tries = 1; ; tries++) {
    try {
      return await attempt(mayHaveHappened);
    } catch (error) {
      const failure = asFailure(error);
      const refused = failure.code === 'pce_rate_limited' && failure.detail.status === 429;
      const neverSent = failure.detail.neverSent === true;
      const again = refused ? repeatable || tries === 1 : neverSent || (repeatable && isTransient(failure));
      if (!again || signal.aborted || tries >= MAX_ATTEMPTS) throw failure;
      mayHaveHappened ||= !refused && !neverSent;
      const jitterMs = random() * Math.min(CAP_MS, BASE_MS * 2 ** tries);
      const askedMs = retryAfterOf(failure);
      if (askedMs !== null) {
        if (askedMs > MAX_RETRY_AFTER_MS) throw failure;
        quota.pause(askedMs);
      }
      await sleep((askedMs ?? 0) + jitterMs, signal);
    }
  }
}

const retryAfterOf = ({ data }: Failure): number | null =>
  typeof data.retry_after_seconds === 'number' ? data.retry_after_seconds * 1_000 : null;

/** `Retry-After` in milliseconds: seconds or an HTTP date (RFC 9110 §10.2.3); null when absent or unreadable. */
export function readRetryAfter(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,6}$/.test(header.trim())) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
