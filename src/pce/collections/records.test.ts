import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Failure } from '../../core/errors.ts';
import { type BatchOptions, recordBatches } from './records.ts';

async function* chunked(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function readAll(text: string, sizes: readonly number[], options?: BatchOptions): Promise<unknown[]> {
  const records: unknown[] = [];
  for await (const batch of recordBatches(chunked(Buffer.from(text), sizes), options)) records.push(...batch);
  return records;
}

const failing = (text: string, options?: BatchOptions): Promise<Failure> =>
  readAll(text, [7], options).then(
    () => {
      throw new Error('expected a failure');
    },
    (error: Failure) => error,
  );

describe('records of a JSON array', () => {
  it('are those the built-in parser reads, wherever the bytes are cut and however small the batches', async () => {
    const value = fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), { maxLength: 12 });
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        value,
        sizes,
        fc.integer({ min: 1, max: 200 }),
        fc.boolean(),
        async (records, cuts, batchBytes, pretty) => {
          const text = JSON.stringify(records, null, pretty ? 2 : undefined);
          expect(await readAll(text, cuts, { batchBytes })).toEqual(JSON.parse(text));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('are not taken for whole when the array breaks off, at whatever byte', async () => {
    const text = JSON.stringify([{ name: 'a "quoted" \\ [text],' }, { list: [1, [2, 3]] }, { name: 'ü€😀' }]);
    for (let length = 0; length < Buffer.byteLength(text); length++) {
      const failure = await failing(Buffer.from(text).subarray(0, length).toString('latin1'), { batchBytes: 4 });
      expect(failure).toMatchObject({ code: 'pce_bad_answer' });
    }
  });

  it.each([
    '{"a":1}',
    '[{}] [{}]',
    '[{}]x',
    'null',
    '"[1]"',
    '[{},,{}]',
    '[}',
    '[{}}]',
    '[1]',
    '[null]',
    '[{"a"}]',
    `[{"a":${'['.repeat(100)}${']'.repeat(100)}}]`,
  ])('refuses %s', async (text) => {
    expect(await failing(text)).toMatchObject({ code: 'pce_bad_answer' });
  });

  it('refuses a record too large to be one', async () => {
    expect(await failing(`[{"a":"${'x'.repeat(5_000)}"}]`, { maxRecordBytes: 1_000 })).toMatchObject({
      code: 'pce_bad_answer',
    });
  });

  it('come in batches, so that the event loop gets its turn', async () => {
    const text = JSON.stringify(Array.from({ length: 1_000 }, (_, index) => ({ index })));
    let batches = 0;
    for await (const _ of recordBatches(chunked(Buffer.from(text), [100]), { batchBytes: 1_000 })) batches++;
    expect(batches).toBeGreaterThan(5);
  });
});
