import { planCreates } from './bulk-workloads-creates.ts';
import { matchColumns } from './bulk-workloads-changes.ts';
import { planDeletes } from './bulk-workloads-deletes.ts';
import { matchRows } from './bulk-workloads-match.ts';
import type { BulkPlan, BulkWish, Reading } from './bulk-workloads-row.ts';
import { labelKeyOf } from './bulk-workloads-rows.ts';
import { planUpdates } from './bulk-workloads-updates.ts';

/** What becomes of each row, and the fewest requests that bring it about. */
export async function planRows(wish: BulkWish, reading: Reading): Promise<BulkPlan> {
  if (wish.operation === 'create') return planCreates(wish, reading);
  const matched = await matchRows(wish.given, wish.by, reading.pce, reading.signal);
  return wish.operation === 'delete' ? planDeletes(matched, reading) : planUpdates(matched, wish, reading);
}

/** Columns that say nothing to an operation. */
export function ignoredColumns({ operation, by, given, planner }: BulkWish): readonly string[] {
  if (operation !== 'relabel' && operation !== 'delete') return [];
  const used = new Set(matchColumns(by));
  const isUsed = (column: string): boolean =>
    used.has(column) || (operation === 'relabel' && (column === 'labels' || labelKeyOf(column, planner.keys) !== null));
  return [...new Set(given.flatMap(({ cells }) => Object.keys(cells)))].filter((column) => !isUsed(column));
}
