import { csvField } from '../../answer/csv.ts';

/** The values that were there before, of one workload: column → cell. */
export type Previous = Readonly<Record<string, string>>;

/**
 * The lines of a CSV with what was there before, in the columns that bulk-workloads takes: given back to it, matched on the first column,
 * it restores that. What a row did not change is left empty.
 */
export function undoFile(rows: readonly Previous[]): readonly string[] {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (columns.length === 0) return [];
  return [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))].map((cells) =>
    cells.map((cell) => csvField(cell)).join(','),
  );
}
