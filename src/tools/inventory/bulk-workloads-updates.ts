import { bulkUpdateStep } from '../../changes/bulk.ts';
import type { FieldDiff } from '../../changes/plan.ts';
import { hrefOf } from '../../changes/wire.ts';
import type { JsonObject } from '../../core/json.ts';
import { plural, tally } from '../listing.ts';
import type { BulkRow } from './bulk-answer.ts';
import { type CellChange, changeOfRow } from './bulk-workloads-changes.ts';
import type { Matched } from './bulk-workloads-match.ts';
import { type BulkPlan, type BulkWish, chunks, type Reading, refusedRow, unmatched } from './bulk-workloads-row.ts';
import { meaningOf } from './mode-change.ts';
import { isManaged, restoredField } from './workload-fields.ts';
import { workloadsPath } from './workload-index.ts';

interface Item {
  readonly before: JsonObject;
  readonly changes: JsonObject;
  readonly cells: readonly CellChange[];
}

/** Updates and relabelling: what each row changes of the workload it means. */
export function planUpdates(
  matched: readonly Matched[],
  { operation, by, planner }: BulkWish,
  { pce }: Reading,
): BulkPlan {
  const items: Item[] = [];
  const rows = matched.map((match): BulkRow => {
    if (match.workload === null) return unmatched(match);
    const { given, workload: before, name } = match;
    const row = { row: given.number, workload: name, href: hrefOf(before), change: '' };
    try {
      const { fields, cells } = changeOfRow(given, before, name, {
        by,
        labelsOnly: operation === 'relabel',
        planner,
      });
      if (cells.length === 0) return { ...row, stays: 'unchanged' };
      items.push({ before, changes: fields, cells });
      return { ...row, change: changeText(cells), stays: null };
    } catch (error) {
      return { ...row, ...refusedRow(error) };
    }
  });
  const modes = modeMeanings(items);
  return {
    rows,
    steps: chunks(items).map((part) =>
      bulkUpdateStep({
        collection: workloadsPath(pce),
        items: part,
        says: `${operation} ${plural(part.length, 'workload')}`,
        restore: restoredField,
        diff: summedUp(part.flatMap(({ cells }) => cells)),
      }),
    ),
    previous: items.map(({ before, cells }) => ({
      href: hrefOf(before),
      ...Object.fromEntries(cells.map((cell) => [cell.column, cell.before])),
    })),
    widening: modes.flatMap(({ widening }) => widening),
    warnings: modes.flatMap(({ warnings }) => warnings),
  };
}

const MAX_DIFFS = 20;

/** The most frequent changes, counted. */
function summedUp(changes: readonly CellChange[]): readonly FieldDiff[] {
  const counted = tally(changes.map(({ column, before, after }) => JSON.stringify([column, before, after])));
  return counted.slice(0, MAX_DIFFS).map(([change, count]) => {
    const [column = '', before = '', after = ''] = JSON.parse(change) as string[]; // its own text
    return { field: `${column} of ${plural(count, 'workload')}`, before, after };
  });
}

const changeText = (cells: readonly CellChange[]): string =>
  cells.map(({ column, before, after }) => `${column}: ${before} → ${after}`).join('; ');

/** What the changes of enforcement mode let through or block, by the numbers. */
const modeMeanings = (items: readonly Item[]) =>
  tally(
    items.flatMap(({ before, cells }) =>
      cells
        .filter(({ column }) => column === 'enforcement_mode' && isManaged(before))
        .map((cell) => `${cell.before} ${cell.after}`),
    ),
  ).map(([change, count]) => {
    const [from = '', to = ''] = change.split(' ');
    return meaningOf(from, to, plural(count, 'workload'));
  });
