import type { World } from '../world.ts';

const DAY_MS = 86_400_000;
const GIB_PER_ROW = 400 / 2 ** 30;

/** The size of the traffic database (traffic.md §8.6): days from the estate, gigabytes from its rows of the last day. */
export function databaseMetrics({ estate, clock, orgId }: World): Readonly<Record<string, unknown>> {
  const now = clock.now();
  const days = Math.ceil((now - estate.traffic.oldestMs) / DAY_MS);
  const oldest = new Date(estate.traffic.oldestMs).toISOString().slice(0, 10);
  let rows = 0;
  for (const _ of estate.traffic.rows(now - DAY_MS, now)) rows += 1;
  const size = rows * days * GIB_PER_ROW;
  const weekly = Math.max(0, Math.floor(days / 7) - 1);
  return {
    org_id: orgId,
    server: {
      flows_size_gb: size,
      num_flows_days: days,
      flows_oldest_day: oldest,
      num_daily_tables: Math.min(days, 7),
      num_weekly_tables: weekly,
      flows_size_gb_limit: 26,
      num_flows_days_limit: 90,
    },
    flows_days: days,
    flows_size_gb: size,
    flows_days_limit: 90,
    flows_oldest_day: oldest,
    flows_per_second: rows / 86_400,
    flows_size_gb_limit: 26,
    updated_at: new Date(now).toISOString(),
  };
}
