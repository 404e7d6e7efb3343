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

test('a download cut in two at any byte gives the same rows', async () => {
  const table = new FlowTable();
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const reader = jsonReader(table);
    reader.push(bytes.subarray(0, cut));
    reader.push(bytes.subarray(cut));
    await reader.end();
    expect(table.rows).toBe((cut + 1) * records.length);
  }
  // Read so often, every group is what one reading gives, so many times over.
  const times = bytes.length + 1;
  const grouped = (answer: ReturnType<typeof everything>, factor: number) =>
    answer.groups.map(({ key, rows, connections }) => ({
      key,
      rows: rows * factor,
      connections: connections * factor,
    }));
  expect(grouped(everything(table), 1)).toEqual(grouped(everything(await read([bytes])), times));
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

/** Some batches of records, the rarer ones once in a while. */
function manyRecords(rare: FlowRecord, count = 400): readonly FlowRecord[] {
  return Array.from({ length: count }, (_, i): FlowRecord => (i % 50 === 49 ? rare : (records[i % 3] ?? {})));
}

function tableOf(list: readonly FlowRecord[]): FlowTable {
  const table = new FlowTable();
  for (const record of list) table.append(record);
  return table;
}

const chunked = (text: string, size: number): Buffer[] => {
  const whole = Buffer.from(text);
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, i) => whole.subarray(i * size, (i + 1) * size));
};

const border = `},{"${Object.keys(records[0] ?? {})[0] ?? ''}":`;

test.each<[string, FlowRecord]>([
  ['a string that looks like the border of two records', { service: { process_name: border.repeat(4000), port: 1 } }],
  ['objects inside that look like records', { rules: [{}, ...records, ...records] }],
  ['another first key', { num_connections: 3, ...records[1] }],
  ['no key at all', {}],
  ['more than a batch in one record', { service: { process_name: 'p'.repeat(200_000), port: 2 } }],
  ['more than several batches in one record', { service: { process_name: 'q'.repeat(1_200_000), port: 3 } }],
  ['characters of several bytes', { service: { process_name: 'füße → 防火'.repeat(50), port: 4 } }],
])('records with %s are read whole, however the download is laid out', async (_, rare) => {
  const list = manyRecords(rare);
  const expected = everything(tableOf(list));
  for (const layout of [undefined, 1])
    for (const size of [7_001, 256 * 1024])
      expect(everything(await read(chunked(JSON.stringify(list, null, layout), size)))).toEqual(expected);
});

test.each([
  ['a number between records', (list: string[]) => list.toSpliced(300, 0, '1')],
  ['a list between records', (list: string[]) => list.toSpliced(300, 0, '[{}]')],
  ['an empty place between records', (list: string[]) => list.toSpliced(300, 0, '')],
  ['a broken value', (list: string[]) => list.with(300, '{"src":tru}')],
  ['a closed list in the middle', (list: string[]) => list.with(300, '{}],[{}')],
  ['a record without its end', (list: string[]) => list.with(300, '{"src":{"ip":"10.0.0.1"}')],
  ['no end', (list: string[]) => list.with(399, '{"src":{"ip":"10.')],
])('%s far into a long download is refused', async (_, spoil) => {
  const text = `[${spoil(manyRecords({}).map((record) => JSON.stringify(record))).join(',')}]`;
  for (const size of [7_001, 256 * 1024])
    await expect(read(chunked(text, size))).rejects.toMatchObject({ code: 'pce_bad_answer' });
});

test('the memory of a chunk may be used again as soon as it was taken', async () => {
  const list = manyRecords({}, 1_000);
  const table = new FlowTable();
  const reader = jsonReader(table);
  const block = new Uint8Array(50_000);
  for (const chunk of chunked(JSON.stringify(list), block.length)) {
    block.set(chunk);
    reader.push(block.subarray(0, chunk.length));
    block.fill(0);
  }
  await reader.end();
  expect(everything(table)).toEqual(everything(tableOf(list)));
});

test('a reference nested beyond reason has no href and does not exhaust the stack', async () => {
  const depth = 20_000;
  const nested = `{"rules":${'{"sec_policy":'.repeat(depth)}{"href":"/x"}${'}'.repeat(depth)}}`;
  const plain = Array.from({ length: 200 }, () => JSON.stringify(records[0] ?? {}));
  const table = await read([`[${[...plain, nested, ...plain].join(',')}]`]);
  expect(table.rows).toBe(401);
  expect(questionsOf(table).ask({ by: ['rule'], where: [{ dimension: 'rule', in: ['/x'] }], limit: 9 }).groups).toEqual(
    [],
  );
});

test('an empty list is an empty table', async () => {
  expect((await read([' [ ] \n'])).rows).toBe(0);
});

test('a download that ends at any earlier byte is refused', async () => {
  const table = new FlowTable();
  for (let end = 0; end < bytes.length; end += 1) {
    const reader = jsonReader(table);
    await expect(
      (async () => {
        reader.push(bytes.subarray(0, end));
        await reader.end();
      })(),
    ).rejects.toMatchObject({ code: 'pce_bad_answer' });
  }
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

  const reader = jsonReader(new FlowTable());
  reader.push(Buffer.from(`${JSON.stringify(manyRecords({})).slice(0, -1)},{"a":"`));
  expect(() => endless.forEach((part) => reader.push(Buffer.from(part)))).toThrow('never ends');
});
