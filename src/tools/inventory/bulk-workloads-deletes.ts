import { bulkDeleteStep } from '../../changes/bulk.ts';
import { hrefOf, textOf } from '../../changes/wire.ts';
import type { JsonObject } from '../../core/json.ts';
import { usesOf } from '../in-use.ts';
import { plural } from '../listing.ts';
import type { BulkRow } from './bulk-answer.ts';
import type { Matched } from './bulk-workloads-match.ts';
import { type BulkPlan, chunks, type Reading, unmatched } from './bulk-workloads-row.ts';
import { TEXT_COLUMNS } from './bulk-workloads-rows.ts';
import { bodyOfWorkload, isManaged } from './workload-fields.ts';
import { addressesOf, labelsOf, workloadsPath } from './workload-index.ts';
import { labelsText } from './workload-labels.ts';

/** Deletions: of unmanaged workloads that no rule names. */
export async function planDeletes(matched: readonly Matched[], { pce, view, signal }: Reading): Promise<BulkPlan> {
  const items: { readonly before: JsonObject; readonly is: JsonObject; readonly again: JsonObject }[] = [];
  const rows: BulkRow[] = [];
  for (const match of matched) {
    if (match.workload === null) {
      rows.push(unmatched(match));
      continue;
    }
    const { given, workload: before, name } = match;
    const row = { row: given.number, workload: name, href: hrefOf(before), change: labelsText(labelsOf(before)) };
    if (isManaged(before)) {
      rows.push({ ...row, stays: 'refused', detail: 'managed: unpair its VEN' });
      continue;
    }
    const [use, ...more] = await usesOf(hrefOf(before), view, signal);
    if (use !== undefined) {
      const rest = more.length === 0 ? '' : ` and ${more.length} more`;
      rows.push({ ...row, stays: 'refused', detail: `in use: ${use.kind} of ${use.name} as ${use.as}${rest}` });
      continue;
    }
    const { name: ownName = null, hostname = null, labels = [] } = before;
    items.push({ before, is: { name: ownName, hostname, labels }, again: bodyOfWorkload(before) });
    rows.push({ ...row, stays: null });
  }
  return {
    rows,
    steps: chunks(items).map((part) =>
      bulkDeleteStep({
        collection: workloadsPath(pce),
        items: part,
        says: `delete ${plural(part.length, 'workload')}`,
      }),
    ),
    // Creating these rows makes them again.
    previous: items.map(({ before }) => ({
      ...Object.fromEntries(
        TEXT_COLUMNS.flatMap((column) => {
          const value = column === 'ip_addresses' ? addressesOf(before).join(' ') : textOf(before, column);
          return value === null || value === '' ? [] : [[column, value] as const];
        }),
      ),
      labels: labelsText(labelsOf(before)),
    })),
    widening: [],
    warnings: ['Undoing makes them again with other hrefs, authors and times.'],
  };
}
