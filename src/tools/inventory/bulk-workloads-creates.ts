import { bulkCreateStep } from '../../changes/bulk.ts';
import { hrefOf, textOf } from '../../changes/wire.ts';
import type { JsonObject } from '../../core/json.ts';
import { plural } from '../listing.ts';
import type { BulkRow } from './bulk-answer.ts';
import { bodyOfRow, labelWords, matchColumns } from './bulk-workloads-changes.ts';
import { nameOfRow } from './bulk-workloads-match.ts';
import { type BulkPlan, type BulkWish, chunks, type Reading, refusedRow } from './bulk-workloads-row.ts';
import { addressesOf, matchKey, workloadsByKey, workloadsPath } from './workload-index.ts';

/** New workloads: rows whose key nothing has yet. */
export async function planCreates({ by, given, planner }: BulkWish, { pce, signal }: Reading): Promise<BulkPlan> {
  // Name and host name stand in for each other, so the key is that of the body.
  const keyed = given.map((row) => {
    const { name, hostname } = row.cells;
    const names = { name: name ?? hostname, hostname: hostname ?? name };
    return { row, key: matchKey({ ...row.cells, ...names }, by) };
  });
  const { byKey: there } = await workloadsByKey(
    keyed.flatMap(({ key }) => (key === null ? [] : [key])),
    by,
    pce,
    signal,
  );
  const taken = new Map<string, number>();
  const items: { readonly body: JsonObject; readonly unique: JsonObject }[] = [];
  const rows = keyed.map(({ row, key }): BulkRow => {
    const own = { row: row.number, workload: nameOfRow(row, key), href: null, change: '' };
    if (key === null) return { ...own, stays: 'refused', detail: `no ${matchColumns(by).join(' and ')} to match on` };
    const [existing] = there.get(key) ?? [];
    if (existing !== undefined) return { ...own, href: hrefOf(existing), stays: 'exists' };
    const earlier = taken.get(key);
    if (earlier !== undefined) return { ...own, stays: 'duplicate', detail: `row ${earlier} makes it` };
    try {
      const body = bodyOfRow(row, planner);
      taken.set(key, row.number);
      const unique = Object.fromEntries(matchColumns(by).map((column) => [column, body[column]]));
      items.push({ body, unique });
      const words = [addressesOf(body).join(' '), labelWords(row, planner.keys)].filter((part) => part !== '');
      return { ...own, change: words.join('; '), stays: null };
    } catch (error) {
      return { ...own, ...refusedRow(error) };
    }
  });
  return {
    rows,
    steps: chunks(items).map((part) =>
      bulkCreateStep({
        collection: workloadsPath(pce),
        items: part,
        says: `create ${plural(part.length, 'workload')}`,
      }),
    ),
    // Deleting what has these keys takes it back.
    previous: items.map(({ unique }) =>
      Object.fromEntries(Object.keys(unique).map((column) => [column, textOf(unique, column) ?? ''])),
    ),
    widening: [],
    warnings: [],
  };
}
