import type { Part } from './migrate.ts';

/** What callers have used of their quotas, counted by `rate-limiter-flexible`, whose table this is. PostgreSQL only: one process counts in memory. */
export const LIMITS: Part = {
  name: 'limits',
  migrations: [
    () => ['CREATE TABLE rate_limits (key VARCHAR(255) PRIMARY KEY, points INTEGER NOT NULL DEFAULT 0, expire BIGINT)'],
  ],
};
