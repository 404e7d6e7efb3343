import { hash } from 'node:crypto';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import type { Log } from '../../core/log.ts';
import type { PostgresPool } from '../../store/postgres.ts';

/** Counts what callers use per minute: in memory, or in the database that replicas share. */
export interface Limiter {
  /** Seconds to wait; null: go on. */
  use(who: { readonly issuer: string; readonly subject: string }, points: number): Promise<number | null>;
}

export interface LimiterOptions {
  /** 0 or less: no limit. */
  readonly perMinute: number;
  /** Tells the quotas of one database apart. */
  readonly name: string;
  readonly pool?: PostgresPool | undefined;
  /**
   * True: nobody waits for the database. Each replica counts for itself at once and tells the others up to `SHARE_MS` later, so a caller
   * of several replicas can get so much more through as they can send in that time.
   */
  readonly later?: boolean | undefined;
  readonly log: Log;
}

const SHARE_MS = 1_000;

export function createLimiter({ perMinute, name, pool, later = false, log }: LimiterOptions): Limiter {
  if (perMinute <= 0) return { use: async () => null };
  const quota = { points: perMinute, duration: 60, keyPrefix: name };
  const memory = new RateLimiterMemory(quota);
  const shared =
    pool &&
    new RateLimiterPostgres({
      ...quota,
      storeClient: pool,
      // It would go by the name of the pool's class, which the bundle does not keep.
      storeType: 'pool',
      tableName: 'rate_limits',
      tableCreated: true,
    });
  const take = !shared ? taking(memory) : later ? sharingLater(memory, shared, log) : takingFrom(shared, memory, log);
  return {
    async use({ issuer, subject }, points) {
      // Of a length the table takes, whatever the claims are.
      const waitMs = await take(hash('sha256', JSON.stringify([issuer, subject]), 'base64url'), points);
      return waitMs === null ? null : Math.max(1, Math.ceil(waitMs / 1000));
    },
  };
}

/** Takes points of a caller; gives the milliseconds until there are some again, or null where there were. */
type Take = (key: string, points: number) => Promise<number | null>;

const taking =
  (counter: RateLimiterAbstract): Take =>
  async (key, points) => {
    try {
      await counter.consume(key, points);
      return null;
    } catch (error) {
      if (error instanceof RateLimiterRes) return error.msBeforeNext;
      throw error;
    }
  };

/** While the database is away each replica counts for itself rather than not at all. */
function takingFrom(shared: RateLimiterAbstract, memory: RateLimiterAbstract, log: Log): Take {
  const [take, insurance] = [taking(shared), taking(memory)];
  return (key, points) =>
    take(key, points).catch((error: unknown) => {
      log.debug('a quota could not be shared', { error });
      return insurance(key, points);
    });
}

function sharingLater(memory: RateLimiterAbstract, shared: RateLimiterAbstract, log: Log): Take {
  const [take, tell] = [taking(memory), taking(shared)];
  const untold = new Map<string, number>();
  // Callers who have used up their quota together with what others know of them, and until when.
  const blocked = new Map<string, number>();

  async function share(key: string): Promise<void> {
    const points = untold.get(key) ?? 0;
    untold.delete(key);
    try {
      const waitMs = await tell(key, points);
      if (waitMs === null) return;
      blocked.set(key, performance.now() + waitMs);
      setTimeout(() => blocked.delete(key), waitMs).unref();
    } catch (error) {
      log.debug('a quota could not be shared', { error });
    }
  }

  return async (key, points) => {
    const until = blocked.get(key);
    if (until !== undefined) return Math.max(0, until - performance.now());
    const waitMs = await take(key, points);
    if (waitMs !== null) return waitMs;
    if (!untold.has(key)) setTimeout(() => void share(key), SHARE_MS).unref();
    untold.set(key, (untold.get(key) ?? 0) + points);
    return null;
  };
}
