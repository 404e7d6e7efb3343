import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { questionsOf } from './ask.ts';
import { jsonReader } from './json-reader.ts';
import type { FlowRecord } from './record.ts';
import { flowRecord } from './records.test-support.ts';
import { FlowTable } from './table.ts';

async function read(chunks: readonly (Uint8Array | string)[]): Promise<FlowTable> {
  const table = new FlowTable();
  const reader = jsonReader(table);
  for (const chunk of chunks) reader.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  await reader.end();
  return table;
}

const everything = (table: FlowTable) =>
  questionsOf(table).ask({
    by: [
      'source',
      'source_ip',
      'destination',
      'source_app',
      'destination_env',
      'port',
      'proto',
      'process',
      'user',
      'policy',
    ],
    limit: 1000,
  });

const records = fc.sample(flowRecord, { numRuns: 3, seed: 4 });
const bytes = Buffer.from(JSON.stringify(records));

test('a download cut in two at any byte gives the same table', async () => {
  const whole = everything(await read([bytes]));
  expect(whole.totals.rows).toBe(records.length);
  for (let cut = 0; cut <= bytes.length; cut += 1)
    expect(everything(await read([bytes.subarray(0, cut), bytes.subarray(cut)]))).toEqual(whole);
});

test('a download that comes byte by byte, pretty-printed, gives the same table', async () => {
  const pretty = Buffer.from(JSON.stringify(records, null, 2));
  const single = Array.from(pretty, (byte) => Uint8Array.of(byte));
  expect(everything(await read(single))).toEqual(everything(await read([bytes])));
});

test('a download longer than a batch, in chunks of any size, loses nothing', async () => {
  const many = Array.from({ length: 400 }, (_, i): FlowRecord => records[i % records.length] ?? {});
  const long = Buffer.from(JSON.stringify(many));
  for (const size of [999, 65_535, 65_537, long.length]) {
    const chunks = Array.from({ length: Math.ceil(long.length / size) }, (_, i) =>
      long.subarray(i * size, (i + 1) * size),
    );
    const table = await read(chunks);
    expect(table.rows).toBe(400);
    expect(everything(table).totals.connections).toBe(
      many.reduce((sum, { num_connections }) => sum + Number(num_connections), 0),
    );
  }
});

test('an empty list is an empty table', async () => {
  expect((await read([' [ ] \n'])).rows).toBe(0);
});

test('a download that ends at any earlier byte is refused', async () => {
  for (let end = 0; end < bytes.length; end += 1)
    await expect(read([bytes.subarray(0, end)])).rejects.toMatchObject({ code: 'pce_bad_answer' });
});

test.each([
  ['a second list', '[{}][{}]'],
  ['text after the end', '[{}]x'],
  ['an error object', '{"message":"no"}'],
  ['HTML', '<html></html>'],
  ['a missing comma', '[{}{}]'],
  ['two commas', '[{},,{}]'],
  ['a trailing comma', '[{},]'],
  ['a leading comma', '[,{}]'],
  ['numbers', '[1,2]'],
  ['lists', '[[{}]]'],
  ['brackets of the wrong kind', '[{"a":[1}]]'],
  ['a broken value', '[{"a":tru}]'],
  ['a bad escape', '[{"a":"\\x"}]'],
])('%s is refused', async (_, text) => {
  await expect(read([text])).rejects.toMatchObject({ code: 'pce_bad_answer' });
  // The same over two chunks, where the cutter has to remember.
  const middle = Math.ceil(text.length / 2);
  await expect(read([text.slice(0, middle), text.slice(middle)])).rejects.toMatchObject({ code: 'pce_bad_answer' });
});

test('a record nested beyond reason is refused before it is parsed', async () => {
  await expect(read([`[{"a":${'['.repeat(100_000)}`])).rejects.toMatchObject({ code: 'pce_bad_answer' });
});

test('a record that never ends is refused before it fills the memory', async () => {
  const endless = Array.from({ length: 10 }, () => 'x'.repeat(1024 * 1024));
  await expect(read(['[{"a":"', ...endless])).rejects.toMatchObject({ code: 'pce_bad_answer' });
});
