import { createHash } from 'node:crypto';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRes,
} from 'rate-limiter-flexible';
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
}

export function createLimiter({ perMinute, name, pool }: LimiterOptions): Limiter {
  if (perMinute <= 0) return { use: async () => null };
  const quota = { points: perMinute, duration: 60, keyPrefix: name };
  const memory = new RateLimiterMemory(quota);
  const counter: RateLimiterAbstract =
    pool === undefined
      ? memory
      : new RateLimiterPostgres({
          ...quota,
          storeClient: pool,
          // It would go by the name of the pool's class, which the bundle does not keep.
          storeType: 'pool',
          tableName: 'rate_limits',
          tableCreated: true,
          // While the database is away each replica counts for itself rather than not at all.
          insuranceLimiter: memory,
        });
  return {
    async use({ issuer, subject }, points) {
      // Of a length the table takes, whatever the claims are.
      const key = createHash('sha256')
        .update(JSON.stringify([issuer, subject]))
        .digest('base64url');
      try {
        await counter.consume(key, points);
        return null;
      } catch (error) {
        if (error instanceof RateLimiterRes) return Math.max(1, Math.ceil(error.msBeforeNext / 1000));
        throw error;
      }
    },
  };
}
