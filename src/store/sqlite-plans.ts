import type { PlanStore } from './plans.ts';
import { createSqlPlans, PLANS } from './sql-plans.ts';
import { openSqlite } from './sqlite.ts';

/** Plans in an SQLite file. Throws when the file cannot be opened. */
export const openSqlitePlans = async (path: string): Promise<PlanStore> =>
  createSqlPlans(await openSqlite(path, [PLANS]));
