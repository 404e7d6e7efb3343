import type { Principal } from '../../core/authority.ts';
import { isObject } from '../../core/json.ts';
import { type Log, silentLog } from '../../core/log.ts';
import type { PostgresPool } from '../../store/postgres.ts';
import { createLimiter } from './limiter.ts';

/** Why a request has to wait, and for how long. */
export interface Wait {
  readonly limit: 'rate' | 'caller' | 'server';
  readonly retryAfterSeconds: number;
}

/** A place for a request that calls tools; `leave` gives it back. */
export type Entry = { readonly leave: () => void } | { readonly wait: Wait };

export interface Quotas {
  enter(principal: Principal, toolCalls: number): Promise<Entry>;
}

export interface QuotaOptions {
  /** Tool calls per minute and caller; 0 or less: no limit. */
  readonly perMinute: number;
  /** Where replicas count together. */
  readonly pool?: PostgresPool | undefined;
  readonly log?: Log | undefined;
  /** Requests of one caller at a time. */
  readonly perCaller?: number | undefined;
  /** Requests at a time, of all callers. */
  readonly inAll?: number | undefined;
}

// Reading a resource of the PCE is a call of its tool.
const CALLS: ReadonlySet<unknown> = new Set(['tools/call', 'resources/read']);

/** How many tools a body calls: batches, which 2025-03-26 still has, count each of theirs. */
export const toolCallsIn = (body: unknown): number =>
  (Array.isArray(body) ? body : [body]).filter((message) => isObject(message) && CALLS.has(message['method'])).length;

/** Limits one caller in what they ask for and everybody in what is under way (attacks 42, 43). */
export function createQuotas({ perMinute, pool, log = silentLog, perCaller = 16, inAll = 256 }: QuotaOptions): Quotas {
  const limiter = createLimiter({ perMinute, name: 'mcp', pool, later: true, log });
  const running = new Map<string, number>();
  let total = 0;

  function leave(key: string): void {
    const left = (running.get(key) ?? 1) - 1;
    if (left > 0) running.set(key, left);
    else running.delete(key);
    total -= 1;
  }

  return {
    async enter({ issuer, subject }, toolCalls) {
      const key = JSON.stringify([issuer, subject]);
      if (total >= inAll) return { wait: { limit: 'server', retryAfterSeconds: 1 } };
      if ((running.get(key) ?? 0) >= perCaller) return { wait: { limit: 'caller', retryAfterSeconds: 1 } };
      // Taken before the wait below, so that requests that come at the same time do not all find the same place.
      running.set(key, (running.get(key) ?? 0) + 1);
      total += 1;
      try {
        const retryAfterSeconds = await limiter.use({ issuer, subject }, toolCalls);
        if (retryAfterSeconds === null) return { leave: once(() => leave(key)) };
        leave(key);
        return { wait: { limit: 'rate', retryAfterSeconds } };
      } catch (error) {
        leave(key);
        throw error;
      }
    },
  };
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}
