import { csvField } from '../../answer/csv.ts';
import { MAX_VALUE_LENGTH } from '../../answer/sanitise.ts';

/** The values that were there before, of one workload: column → cell. */
export type Previous = Readonly<Record<string, string>>;

/**
 * The lines of a CSV with what was there before, in the columns that bulk-workloads takes: given back to it, matched on the first column,
 * it restores that. What a row did not change is left empty.
 */
function undoFile(rows: readonly Previous[]): readonly string[] {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (columns.length === 0) return [];
  return [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))].map((cells) =>
    cells.map((cell) => csvField(cell)).join(','),
  );
}

const MAX_SHOWN = 4_000;

/** The file in an answer where it is short; else where all of it is shown, never a part of it as if it were all. */
export function undoFields(previous: readonly Previous[], planId: string) {
  const file = undoFile(previous);
  const isLong =
    file.reduce((sum, line) => sum + line.length, 0) > MAX_SHOWN ||
    previous.some((row) => Object.values(row).some((cell) => cell.length > MAX_VALUE_LENGTH));
  return isLong
    ? { next: [`get-plan plan_id=${planId} show=before lists what was there before`] }
    : { extra: { undo_csv: file } };
}
