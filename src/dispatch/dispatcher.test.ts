import { describe, expect, it } from 'vitest';
import { fixtureDispatcher, FIXTURES } from '../../test/protocol/fixtures/tools.ts';
import { createAuthority, OPERATOR } from '../access/decide.ts';
import { selectTools } from '../access/select.ts';
import type { Principal } from '../core/authority.ts';
import { Failure } from '../core/errors.ts';
import { isObject } from '../core/json.ts';
import { createLog } from '../core/log.ts';
import type { CallRecord, CheckedCall, Dispatcher, Progress } from './call.ts';

const READER: Principal = { ...OPERATOR, role: 'reader' };

const call = (
  dispatcher: Dispatcher,
  name: string,
  args: unknown,
  more: { principal?: Principal; signal?: AbortSignal } = {},
) => dispatcher.call({ name, args, principal: OPERATOR, signal: new AbortController().signal, ...more });

/** The arguments as the handler saw them. */
async function received(args: unknown): Promise<unknown> {
  const { structuredContent } = await call(fixtureDispatcher(), 'count-things', args);
  return structuredContent?.['got'] ?? structuredContent?.['message'];
}

async function errorOf(result: Promise<{ isError?: true; structuredContent?: Readonly<Record<string, unknown>> }>) {
  const { isError, structuredContent } = await result;
  expect(isError).toBe(true);
  return structuredContent ?? {};
}

describe('arguments', () => {
  it.each([
    ['text to number', { count: '2' }, { count: 2 }],
    ['text to flag', { count: 1, loud: 'True' }, { count: 1, loud: true }],
    ['JSON text to list', { count: 1, names: '["a","b"]' }, { count: 1, names: ['a', 'b'] }],
    ['one value to list', { count: 1, names: 'a' }, { count: 1, names: ['a'] }],
    ['numbers in a list of texts', { count: 1, names: [7] }, { count: 1, names: ['7'] }],
    ['case of a choice', { count: 1, mode: 'Full' }, { count: 1, mode: 'full' }],
    ['JSON text to object', { count: 1, filter: '{"key":"app"}' }, { count: 1, filter: { key: 'app' } }],
    ['null to absent', { count: 1, loud: null }, { count: 1 }],
    ['all of it as JSON text', '{"count":1}', { count: 1 }],
  ])('are read without loss: %s', async (_name, args, expected) => {
    expect(await received(args)).toEqual(expected);
  });

  it.each([
    ['a fraction', { count: '1.5' }, 'count must be integer'],
    ['what loses precision', { count: '12345678901234567890' }, 'count must be integer'],
    ['an empty text', { count: '' }, 'count must be integer'],
    ['too much', { count: 5_001 }, 'count must be <= 5000'],
    ['a missing parameter', {}, 'count is missing'],
    ['no arguments at all', undefined, 'count is missing'],
    ['no choice', { count: 1, mode: 'off' }, 'mode must be one of full, idle'],
    ['an unknown parameter', { count: 1, lod: true }, 'There is no parameter "lod". Did you mean loud?'],
    [
      'an unknown inner parameter',
      { count: 1, filter: { kee: 'x' } },
      'There is no parameter "filter.kee". Did you mean key?',
    ],
    ['a list', [1], 'must be an object'],
    ['a prototype', JSON.parse('{"count":1,"__proto__":{"loud":true}}'), 'There is no parameter "__proto__"'],
  ])('are refused with the reason: %s', async (_name, args, message) => {
    const error = await errorOf(call(fixtureDispatcher(), 'count-things', args));
    expect(error).toMatchObject({ error: 'invalid_arguments', example: { count: 3 } });
    expect(error['message']).toContain(message);
  });

  it('list every problem at once', async () => {
    const { message } = await errorOf(call(fixtureDispatcher(), 'count-things', { mode: 'x', other: 1 }));
    for (const part of ['count is missing', 'mode must be', '"other"']) expect(message).toContain(part);
  });

  it('that were read differently are told in the answer', async () => {
    const { structuredContent, content } = await call(fixtureDispatcher(), 'count-things', { count: '2' });
    expect(structuredContent?.['notes']).toEqual(['count: read "2" as 2.']);
    expect(content[0].text).toContain('read');
  });

  it.each([
    ['deep', JSON.parse(`${'{"filter":'.repeat(40)}1${'}'.repeat(40)}`)],
    ['wide', { count: 1, names: Array.from({ length: 20_000 }, () => 'x') }],
    ['deep in text', { count: 1, filter: `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}` }],
    ['wide in text', { count: 1, names: JSON.stringify(Array.from({ length: 20_000 }, () => 'x')) }],
  ])('that are a bomb are refused: %s', async (_name, args) => {
    expect(await errorOf(call(fixtureDispatcher(), 'count-things', args))).toMatchObject({
      error: 'invalid_arguments',
    });
  });
});

describe('cursor', () => {
  it('is a parameter of tools that have pages, and its pages lose and repeat nothing', async () => {
    const dispatcher = fixtureDispatcher();
    const seen: unknown[] = [];
    let cursor: unknown;
    do {
      const args = cursor === undefined ? { count: 3_000 } : { count: '3000', cursor };
      const { structuredContent } = await call(dispatcher, 'count-things', args);
      const items: unknown = structuredContent?.['items'];
      if (Array.isArray(items)) seen.push(...items.map((item: unknown) => (isObject(item) ? item['n'] : undefined)));
      cursor = structuredContent?.['cursor'];
    } while (cursor !== undefined);
    expect(seen).toEqual(Array.from({ length: 3_000 }, (_, n) => n));
  });

  it('does not work for other arguments or other people', async () => {
    const dispatcher = fixtureDispatcher();
    const { structuredContent } = await call(dispatcher, 'count-things', { count: 3_000 });
    const cursor = structuredContent?.['cursor'];
    expect(await errorOf(call(dispatcher, 'count-things', { count: 2_999, cursor }))).toMatchObject({
      error: 'invalid_cursor',
    });
    const principal = { ...OPERATOR, subject: 'someone-else' };
    expect(await errorOf(call(dispatcher, 'count-things', { count: 3_000, cursor }, { principal }))).toMatchObject({
      error: 'invalid_cursor',
    });
  });
});

describe('authority', () => {
  it('hides from a role what it may not use, and refuses it', async () => {
    const dispatcher = fixtureDispatcher();
    expect(dispatcher.list(READER).map(({ name }) => name)).toEqual(['count-things', 'work-long', 'fail']);
    const error = await errorOf(call(dispatcher, 'delete-thing', {}, { principal: READER }));
    expect(error).toMatchObject({ error: 'forbidden', allowed_roles: ['operator', 'admin'] });
  });

  it('in read-only mode refuses every change, also to an admin', async () => {
    const dispatcher = fixtureDispatcher({ decide: createAuthority({ readOnly: true }) });
    expect(dispatcher.list(OPERATOR).map(({ name }) => name)).not.toContain('delete-thing');
    expect(await errorOf(call(dispatcher, 'delete-thing', {}))).toMatchObject({ error: 'read_only' });
  });

  it('refuses a tool that exists but is not offered, and does not know any other', async () => {
    const offered = selectTools(FIXTURES, { toolsets: ['traffic'], allowed: undefined });
    const dispatcher = fixtureDispatcher({ offered });
    expect(dispatcher.list(OPERATOR).map(({ name }) => name)).toEqual(['work-long']);
    expect(await errorOf(call(dispatcher, 'count-things', { count: 1 }))).toMatchObject({ error: 'forbidden' });
    await expect(call(dispatcher, 'work_lng', {})).rejects.toMatchObject({
      code: 'unknown_tool',
      data: { nearest: 'work-long' },
    });
  });

  it('judges a call by what it does: a dry run is a read', async () => {
    const asked: CheckedCall[] = [];
    const dispatcher = fixtureDispatcher({
      confirm: async (checked) => {
        asked.push(checked);
        return null;
      },
    });
    await call(dispatcher, 'delete-thing', { dry_run: 'true' });
    await call(dispatcher, 'delete-thing', {});
    expect(asked).toMatchObject([
      { effect: 'read', args: { dry_run: true }, rawArgs: { dry_run: 'true' } },
      { effect: 'draft', args: {} },
    ]);
  });

  it('does not run what was not confirmed', async () => {
    const dispatcher = fixtureDispatcher({ confirm: () => Promise.reject(new Failure('forbidden')) });
    expect(await errorOf(call(dispatcher, 'delete-thing', {}))).toMatchObject({ error: 'forbidden' });
  });
});

describe('annotations', () => {
  it('follow from the effect', () => {
    const hints = Object.fromEntries(
      fixtureDispatcher()
        .list(OPERATOR)
        .map(({ name, annotations }) => [name, annotations]),
    );
    expect(hints['count-things']).toEqual({
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    });
    expect(hints['delete-thing']).toEqual({
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: false,
      openWorldHint: false,
    });
  });
});

describe('failures', () => {
  it('keep their code, message, remedy and public data, and nothing else', async () => {
    const result = await call(fixtureDispatcher(), 'fail', { how: 'expected' });
    expect(result.structuredContent).toMatchObject({ error: 'pce_rejected', message: 'No: expected', retry: false });
    expect(result.content[0].text).toContain('error pce_rejected: No: expected');
    expect(JSON.stringify(result)).not.toContain('private');
  });

  it('that are defects say only an id, which the log has with stack and cause', async () => {
    const lines: string[] = [];
    const dispatcher = fixtureDispatcher({ log: createLog({ write: (line) => lines.push(line) }) });
    const result = await call(dispatcher, 'fail', { how: 'defect' });
    expect(JSON.stringify(result)).not.toMatch(/secret detail|TypeError|tools\.ts/);
    const id = result.structuredContent?.['request_id'];
    expect(lines.join()).toContain(`"requestId":"${String(id)}"`);
    expect(lines.join()).toMatch(/secret detail of a defect.*fixtures\/tools\.ts/);
  });

  it.each([undefined, 'a reason of the client', new Error('gone')])(
    'of a cancelled call are `cancelled`: %s',
    async (reason) => {
      const controller = new AbortController();
      const running = call(fixtureDispatcher(), 'work-long', { steps: 10_000 }, { signal: controller.signal });
      controller.abort(reason);
      expect(await errorOf(running)).toMatchObject({ error: 'cancelled' });
    },
  );

  it('without structured content are in the text alone', async () => {
    const dispatcher = fixtureDispatcher({ structured: false });
    expect(await call(dispatcher, 'fail', { how: 'x' })).not.toHaveProperty('structuredContent');
    expect(await call(dispatcher, 'count-things', { count: 1 })).not.toHaveProperty('structuredContent');
    expect(dispatcher.list(OPERATOR)[0]).not.toHaveProperty('outputSchema');
  });
});

describe('record', () => {
  it('is made of every call, without its arguments', async () => {
    const records: CallRecord[] = [];
    const dispatcher = fixtureDispatcher({
      audit: { before: async () => {}, after: async (record) => void records.push(record) },
    });
    await call(dispatcher, 'delete-thing', { dry_run: true });
    await call(dispatcher, 'fail', { how: 'argument-canary' });
    await call(dispatcher, 'count-things', {});
    expect(records).toMatchObject([
      { tool: 'delete-thing', effect: 'read', outcome: 'ok', principal: OPERATOR },
      { tool: 'fail', outcome: 'pce_rejected' },
      { tool: 'count-things', outcome: 'invalid_arguments' },
    ]);
    expect(JSON.stringify(records)).not.toContain('canary');
  });
});

describe('record of a change', () => {
  const sink = (before: (call: CheckedCall) => void) => ({
    before: async (call: CheckedCall) => before(call),
    after: async () => {},
  });

  it('is made before it runs, with the id of the request', async () => {
    const begun: CheckedCall[] = [];
    const dispatcher = fixtureDispatcher({ audit: sink((checked) => void begun.push(checked)) });
    await call(dispatcher, 'count-things', { count: 1 });
    const signal = new AbortController().signal;
    await dispatcher.call({ name: 'delete-thing', args: {}, principal: OPERATOR, requestId: 'r-1', signal });
    expect(begun).toMatchObject([{ tool: 'delete-thing', effect: 'draft', requestId: 'r-1' }]);
  });

  it('that cannot be made stops the change', async () => {
    const broken = () => {
      throw new Failure('internal');
    };
    const dispatcher = fixtureDispatcher({ audit: sink(broken) });
    expect(await errorOf(call(dispatcher, 'delete-thing', {}))).toMatchObject({ error: 'internal' });
    expect(await call(dispatcher, 'delete-thing', { dry_run: true })).not.toHaveProperty('isError');
  });
});

describe('progress', () => {
  it('always goes up', async () => {
    const sent: Progress[] = [];
    const signal = new AbortController().signal;
    const progress = (step: Progress) => void sent.push(step);
    await fixtureDispatcher().call({ name: 'work-long', args: { steps: 3 }, principal: OPERATOR, signal, progress });
    expect(sent.map(({ progress: value }) => value)).toEqual([1, 2, 3]);
    expect(sent.map(({ total }) => total)).toEqual([3, 3, 3]);
  });
});
