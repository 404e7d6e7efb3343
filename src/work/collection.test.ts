import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { Failure } from '../core/errors.ts';
import { questionsOf } from '../model/flows/ask.ts';
import { flowRecord } from '../model/flows/records.test-support.ts';
import { FlowTable } from '../model/flows/table.ts';
import { flowTables } from './flow-tables.ts';
import type { FlowBytes } from './flows.ts';

const tables = flowTables();
afterAll(() => tables.close());

const [first = [], second = [], third = []] = [1, 2, 3].map((seed) => fc.sample(flowRecord, { numRuns: 200, seed }));
const source = (records: readonly object[], cut = 0): FlowBytes => ({
  open: async () => ({
    encoding: 'identity',
    chunks: (async function* () {
      const bytes = Buffer.from(JSON.stringify(records));
      yield bytes.subarray(0, bytes.length - cut);
    })(),
  }),
});
const totalsOf = (records: readonly object[]) => {
  const table = new FlowTable();
  for (const record of records) table.append(record);
  return questionsOf(table).totals();
};

test('several downloads become one table, in turn although they are given at once', async () => {
  const parts = tables.collect();
  expect(await Promise.all([first, second, third].map((each) => parts.add(source(each))))).toEqual([200, 200, 200]);
  const table = await parts.finish();
  expect(table.totals).toEqual(totalsOf([...first, ...second, ...third]));
  table.close();
});

test('a download that is not kept, or that breaks, leaves nothing behind, and the next one goes on', async () => {
  const parts = tables.collect();
  await parts.add(source(first));
  expect(await parts.add(source(second), { keep: (rows) => rows !== 200 })).toBe(200);
  await expect(parts.add(source(second, 30))).rejects.toMatchObject({ code: 'pce_bad_answer' });
  const refuses: FlowBytes = { open: () => Promise.reject(new Failure('pce_unreachable')) };
  await expect(parts.add(refuses)).rejects.toMatchObject({ code: 'pce_unreachable' });
  await parts.add(source(third));
  const table = await parts.finish();
  expect(table.totals).toEqual(totalsOf([...first, ...third]));
  table.close();
});

test('rows are told over all downloads', async () => {
  const parts = tables.collect();
  await parts.add(source(first));
  const seen: number[] = [];
  await parts.add(source(Array.from({ length: 40 }, () => second).flat()), { onRows: (rows) => seen.push(rows) });
  expect(Math.max(...seen)).toBeGreaterThan(200);
  parts.close();
});

test('an empty collection is an empty table', async () => {
  const table = await tables.collect().finish();
  expect(table.totals).toMatchObject({ rows: 0, connections: 0 });
  table.close();
});

test('a cancelled collection refuses to go on', async () => {
  const parts = tables.collect();
  const abort = new AbortController();
  abort.abort();
  await expect(parts.add(source(first), { signal: abort.signal })).rejects.toMatchObject({ code: 'cancelled' });
  parts.close();
});
