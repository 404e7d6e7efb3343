import { setImmediate as tick } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { Failure } from '../core/errors.ts';
import { questionsOf } from '../model/flows/ask.ts';
import type { FlowGrouping } from '../model/flows/question.ts';
import { flowRecord } from '../model/flows/records.test-support.ts';
import { FlowTable } from '../model/flows/table.ts';
import { flowTables } from './flow-tables.ts';
import type { FlowBytes, FlowDownload, FlowTables } from './flows.ts';

const records = fc.sample(flowRecord, { numRuns: 500, seed: 11 });
const json = Buffer.from(JSON.stringify(records));
const grouping: FlowGrouping = { by: ['source', 'destination', 'port', 'policy', 'source_app'], limit: 100 };

const here = new FlowTable();
for (const record of records) here.append(record);
const expected = questionsOf(here);

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const source = (bytes: Uint8Array, over: Partial<FlowDownload> = {}): FlowBytes => ({
  open: async () => ({ encoding: 'identity', chunks: chunksOf(bytes, 1000), ...over }),
});

const open: FlowTables[] = [];
function pool(options?: Parameters<typeof flowTables>[0]): FlowTables {
  const tables = flowTables(options);
  open.push(tables);
  return tables;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((tables) => tables.close()));
});

test('a table in a worker answers like one made here, question after question', async () => {
  const table = await pool().load(source(json));
  expect(table.totals).toEqual(expected.totals());
  expect(table.labelKeys).toEqual(expected.labelKeys());
  expect(await table.ask(grouping)).toEqual(expected.ask(grouping));
  expect(await table.ask({ by: ['proto'], limit: 1 })).toEqual(expected.ask({ by: ['proto'], limit: 1 }));
});

test.each(['gzip', 'identity'] as const)('a gzip body is read, also when it is called %s', async (encoding) => {
  const zipped = gzipSync(json);
  const table = await pool().load(source(zipped, { encoding }));
  expect(table.totals).toEqual(expected.totals());
});

test('a gzip body of several members is read whole', async () => {
  const middle = Math.floor(json.length / 2);
  const members = Buffer.concat([gzipSync(json.subarray(0, middle)), gzipSync(json.subarray(middle))]);
  expect((await pool().load(source(members, { encoding: 'gzip' }))).totals).toEqual(expected.totals());
});

test('a CSV body is read as CSV', async () => {
  const csv = Buffer.from('Source IP,Destination IP,Num Flows\n10.0.0.1,10.0.0.2,7\n');
  expect((await pool().load(source(csv, { format: 'csv' }))).totals).toMatchObject({ rows: 1, connections: 7 });
});

test('chunks that are alone in their memory move to the worker, windows of a buffer are copied', async () => {
  const alone = json.buffer.slice(json.byteOffset, json.byteOffset + 1_000);
  const window = json.subarray(1_000);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(alone);
    yield window;
  }
  const table = await pool().load({ open: async () => ({ encoding: 'identity', chunks: chunks() }) });
  expect(table.totals).toEqual(expected.totals());
  expect(alone.byteLength).toBe(0);
  expect(window.length).toBe(json.length - 1_000);
});

test('lines of a CSV that reach over blocks are read', async () => {
  const lines = Array.from({ length: 30_000 }, (_, i) => `10.0.0.${i % 200},10.1.0.${i % 100},${i}`);
  const csv = Buffer.from(`Source IP,Destination IP,Num Flows\n${lines.join('\n')}\n`);
  expect(csv.length).toBeGreaterThan(2 * 256 * 1024);
  const connections = (30_000 * 29_999) / 2;
  expect((await pool().load(source(csv, { format: 'csv' }))).totals).toMatchObject({ rows: 30_000, connections });
});

const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));

test.each([
  ['a body that ends in the middle', source(json.subarray(0, -2))],
  ['an empty body', source(Buffer.alloc(0))],
  ['a gzip body that ends in the middle', source(gzipSync(json).subarray(0, -20), { encoding: 'gzip' })],
  ['damaged gzip', source(gzipSync(json).fill(7, 200, 300), { encoding: 'gzip' })],
  ['text called gzip', source(json, { encoding: 'gzip' })],
  ['a gzip body that explodes', source(Buffer.concat([gzipSync('['), bomb, gzipSync(']')]), { encoding: 'gzip' })],
])('%s is a bad answer, and the pool goes on working', async (_, broken) => {
  const tables = pool();
  await expect(tables.load(broken)).rejects.toMatchObject({ code: 'pce_bad_answer' });
  expect((await tables.load(source(json))).totals.rows).toBe(500);
});

test('rows are reported while they come', async () => {
  const long = Buffer.from(JSON.stringify(Array.from({ length: 40 }, () => records).flat()));
  const seen: number[] = [];
  await pool().load(source(long), { onRows: (rows) => seen.push(rows) });
  expect(seen.length).toBe(Math.ceil(long.length / (256 * 1024)));
  expect(seen.length).toBeGreaterThan(20);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen.at(-1)).toBeGreaterThan(19_000);
});

test('the source is read no faster than the worker reads', async () => {
  // A worker that never answers: what it has been sent is all that was taken from the source.
  const entry = new URL(
    `data:text/javascript,import{parentPort}from'node:worker_threads';parentPort.on('message',()=>{})`,
  );
  let taken = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      taken += 1;
      yield new Uint8Array(256 * 1024);
      await tick();
    }
  }
  const abort = new AbortController();
  const loading = pool({ entry }).load(
    { open: async () => ({ encoding: 'identity', chunks: endless() }) },
    { signal: abort.signal },
  );
  for (let i = 0; i < 500; i += 1) await tick();
  expect(taken).toBeGreaterThanOrEqual(8);
  expect(taken).toBeLessThanOrEqual(10);
  abort.abort();
  await expect(loading).rejects.toMatchObject({ code: 'cancelled' });
});

test('cancelling a load ends it at once, tells the source, and leaves the pool usable', async () => {
  const tables = pool();
  const abort = new AbortController();
  let told: AbortSignal | undefined;
  async function* silent(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('[');
    await new Promise(() => undefined);
  }
  const loading = tables.load(
    {
      open: async (signal) => {
        told = signal;
        return { encoding: 'identity', chunks: silent() };
      },
    },
    { signal: abort.signal },
  );
  await tick();
  abort.abort();
  await expect(loading).rejects.toMatchObject({ code: 'cancelled' });
  expect(told?.aborted).toBe(true);
  await expect(tables.load(source(json), { signal: abort.signal })).rejects.toMatchObject({ code: 'cancelled' });
  expect((await tables.load(source(json))).totals.rows).toBe(500);
});

test('a cancelled question is forgotten; the next one is answered', async () => {
  const table = await pool().load(source(json));
  const abort = new AbortController();
  const asking = table.ask(grouping, abort.signal);
  abort.abort();
  await expect(asking).rejects.toMatchObject({ code: 'cancelled' });
  expect(await table.ask(grouping)).toEqual(expected.ask(grouping));
});

test('a source that fails fails the load with its own error', async () => {
  async function* reset(): AsyncGenerator<Uint8Array> {
    yield json.subarray(0, 100);
    throw new Failure('pce_unreachable', { message: 'reset by peer' });
  }
  const tables = pool();
  const load = tables.load({ open: async () => ({ encoding: 'identity', chunks: reset() }) });
  await expect(load).rejects.toMatchObject({ code: 'pce_unreachable', message: 'reset by peer' });
});

test('a failure in the worker closes a source that is still sending', async () => {
  let closed = false;
  let signal: AbortSignal | undefined;
  async function* wrong(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        yield Buffer.alloc(256 * 1024, 'x');
        await tick();
      }
    } finally {
      closed = true;
    }
  }
  const load = pool().load({
    open: async (given) => {
      signal = given;
      return { encoding: 'identity', chunks: wrong() };
    },
  });
  await expect(load).rejects.toMatchObject({ code: 'pce_bad_answer' });
  await expect.poll(() => closed).toBe(true);
  expect(signal?.aborted).toBe(true);
});

test('when a worker crashes its tables and loads fail clearly, and a new worker takes over', async () => {
  // Dies on the first question; builds tables like the real one.
  const real = new URL('./worker.ts', import.meta.url).href;
  const code = `import{parentPort}from'node:worker_threads';parentPort.on('message',m=>{if(m.type==='ask'&&m.grouping.limit===13)process.exit(3)});await import('${real}')`;
  const tables = pool({ workers: 1, entry: new URL(`data:text/javascript,${encodeURIComponent(code)}`) });
  const lost = await tables.load(source(json));
  async function* silent(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('[');
    await new Promise(() => undefined);
  }
  const loading = tables.load({ open: async () => ({ encoding: 'identity', chunks: silent() }) });
  const asking = lost.ask({ by: [], limit: 13 });
  const failure = { code: 'internal', message: expect.stringContaining('worker') };
  await expect(asking).rejects.toMatchObject(failure);
  await expect(loading).rejects.toMatchObject(failure);
  await expect(lost.ask(grouping)).rejects.toMatchObject(failure);
  const again = await tables.load(source(json));
  expect(await again.ask(grouping)).toEqual(expected.ask(grouping));
});

test('a closed table and a closed pool answer with failures', async () => {
  const tables = pool();
  const table = await tables.load(source(json));
  const other = await tables.load(source(json));
  table.close();
  await expect(table.ask(grouping)).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringContaining('closed'),
  });
  expect((await other.ask(grouping)).totals.rows).toBe(500);
  await tables.close();
  await expect(other.ask(grouping)).rejects.toMatchObject({ code: 'cancelled' });
  await expect(tables.load(source(json))).rejects.toMatchObject({ code: 'cancelled' });
});

test('an unknown dimension comes back from the worker as the failure it is', async () => {
  const table = await pool().load(source(json));
  await expect(table.ask({ by: ['prot' as 'proto'], limit: 1 })).rejects.toMatchObject({
    code: 'unknown_group_by',
    data: { dimensions: expect.arrayContaining(['proto']) },
  });
});

test('two loads at the same time do not mix', async () => {
  const tables = pool({ workers: 2 });
  const half = records.slice(0, 250);
  const [all, some, zipped] = await Promise.all([
    tables.load(source(json)),
    tables.load(source(Buffer.from(JSON.stringify(half)))),
    tables.load(source(gzipSync(json), { encoding: 'gzip' })),
  ]);
  expect(all.totals).toEqual(expected.totals());
  expect(some.totals.rows).toBe(250);
  expect(zipped.totals).toEqual(expected.totals());
});
