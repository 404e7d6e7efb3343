import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ERROR_META_KEY } from '../../src/dispatch/sdk.ts';
import { connectStdio, REVISIONS } from './clients.ts';
import { initialize, initialized, quickest, request, rpc, runRaw } from './raw.ts';

const FIXTURE = { args: [fileURLToPath(new URL('fixtures/stdio-server.ts', import.meta.url))] };

const exchange = async (revision: (typeof REVISIONS)[number]) => {
  const { client } = await connectStdio(revision, FIXTURE);
  try {
    const { tools } = await client.listTools();
    const call = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args });
    return {
      version: client.getNegotiatedProtocolVersion(),
      instructions: client.getInstructions(),
      tools,
      count: await call('count-things', { count: '2' }),
      wrong: await call('count-things', { cuont: 2 }),
      failed: await call('fail', { how: 'expected' }),
      unknown: await call('count_things', {}).catch((error: unknown) => error),
    };
  } finally {
    await client.close();
  }
};

describe('stdio', () => {
  it('answers every revision with the same tools, results and errors', async () => {
    const answers = await Promise.all(REVISIONS.map(exchange));
    const [newest] = answers;
    expect(newest?.instructions?.length).toBeLessThan(2_000);
    for (const [index, answer] of answers.entries()) {
      expect(answer.version).toBe(REVISIONS[index]);
      expect(answer.instructions).toBe(newest?.instructions);
      expect(answer.tools).toEqual(newest?.tools);
      expect(answer.count.structuredContent).toEqual(newest?.count.structuredContent);
      expect(answer.wrong.content).toEqual(newest?.wrong.content);
      expect(answer.unknown).toMatchObject({
        code: -32_602,
        message: expect.stringContaining('Did you mean count-things?'),
      });
    }
    expect(newest?.count).toMatchObject({ structuredContent: { answer: '2 things.', items: [{ n: 0 }, { n: 1 }] } });
    expect(newest?.tools.map(({ name }) => name)).toEqual(['count-things', 'work-long', 'delete-thing', 'fail']);
    expect(newest?.tools[0]).toMatchObject({
      title: 'Count things',
      inputSchema: { type: 'object', properties: { cursor: { type: 'string' } } },
      outputSchema: { type: 'object' },
      annotations: { readOnlyHint: true },
    });
  });

  it('tells an error as an error: readable text, data in _meta, no structured content to be checked against the schema', async () => {
    for (const { wrong, failed } of [await exchange('2026-07-28'), await exchange('2025-06-18')]) {
      expect(wrong.isError).toBe(true);
      expect(wrong.structuredContent).toBeUndefined();
      expect(wrong.content[0]).toMatchObject({ text: expect.stringContaining('Did you mean count?') });
      expect(wrong.content[0]).toMatchObject({ text: expect.stringContaining('example: {"count":3}') });
      // oxlint-disable-next-line no-underscore-dangle -- the protocol's name
      expect(failed._meta?.[ERROR_META_KEY]).toMatchObject({ error: 'pce_rejected', retry: false });
    }
  });

  it.each(REVISIONS)('%s: tells progress only to those who ask, and stops a cancelled call', async (revision) => {
    const { client, stderr } = await connectStdio(revision, FIXTURE);
    const steps: number[] = [];
    await client.callTool(
      { name: 'work-long', arguments: { steps: 4 } },
      { onprogress: ({ progress }) => void steps.push(progress) },
    );
    expect(steps).toEqual([1, 2, 3, 4]);

    const controller = new AbortController();
    const cancelled = client.callTool(
      { name: 'work-long', arguments: { steps: 100_000 } },
      { signal: controller.signal, onprogress: () => controller.abort() },
    );
    await expect(cancelled).rejects.toThrow();
    await expect.poll(stderr).toContain('work-long stopped');
    await client.callTool({ name: 'count-things', arguments: { count: 1 } });
    await client.close();
  });

  it('writes nothing but JSON-RPC to stdout, whatever a dependency prints', async () => {
    const run = await runRaw(
      FIXTURE,
      [
        initialize(1, '2025-11-25'),
        initialized,
        request(2, 'tools/list'),
        request(3, 'tools/call', { name: 'fail', arguments: { how: 'defect' } }),
        'this is not JSON',
        '{"jsonrpc":"2.0","id":4}',
        request(5, 'no/such/method'),
        request(6, 'tools/call', { name: 'work-long', arguments: { steps: 3 } }),
        request(7, 'ping'),
      ],
      6,
    );
    const messages = run.lines.map(rpc);
    expect(new Set(messages.map(({ id }) => id))).toEqual(new Set([1, 2, 3, 5, 6, 7]));
    expect(messages.find(({ id }) => id === 5)).toMatchObject({ error: { code: -32_601 } });
    expect(run.stderr).toContain('a dependency says hello');
    expect(run.code).toBe(0);
  });

  it.each([
    ['nothing runs', [request(2, 'ping')], 2],
    ['a call runs', [request(2, 'tools/call', { name: 'work-long', arguments: { steps: 100_000 } })], 1],
  ])('ends within a second of its input when %s', async (_name, messages, answers) => {
    const run = await quickest(() => runRaw(FIXTURE, [initialize(1, '2025-11-25'), initialized, ...messages], answers));
    expect(run.code).toBe(0);
    expect(run.exitMs).toBeLessThan(1_000);
  });

  it('ends when a message is too large to be read on from', async () => {
    const run = await runRaw(FIXTURE, [initialize(1, '2025-11-25'), 'x'.repeat(11_000_000)], 2);
    expect(run.lines.map(rpc)).toHaveLength(1);
    expect(run.stderr).toContain('protocol error');
    expect(run.code).toBe(0);
  });

  it('keeps its standard error in JSON lines', async () => {
    const { stderr } = await runRaw(
      FIXTURE,
      [
        initialize(1, '2025-11-25'),
        initialized,
        request(2, 'tools/call', { name: 'fail', arguments: { how: 'defect' } }),
      ],
      2,
    );
    const entries = stderr
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(entries).toContainEqual(
      expect.objectContaining({
        level: 'error',
        error: expect.objectContaining({
          code: 'internal',
          cause: expect.objectContaining({ stack: expect.stringContaining('tools.ts') }),
        }),
      }),
    );
  });
});
