import { StreamableHTTPClientTransport, type Client, type Transport } from '@modelcontextprotocol/client';
import { resultFromTaskOutcome } from '@modelcontextprotocol/ext-tasks/client';
import { GetTaskResultV2Schema } from '@modelcontextprotocol/ext-tasks/core/v2';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../src/access/decide.ts';
import { silentLog } from '../../src/core/log.ts';
import { openToThisMachine } from '../../src/transports/http/open.ts';
import { type HttpServer, startHttp } from '../../src/transports/http/server.ts';
import { clientFor, connectStdio, type Revision } from './clients.ts';
import { fixtureDispatcher } from './fixtures/tools.ts';
import { framed, rawDispatch, taskSession } from './task-client.ts';

const FIXTURE = { args: [fileURLToPath(new URL('fixtures/stdio-server.ts', import.meta.url))], env: { SOON_MS: '40' } };
/** 30 steps of 5 ms at least. */
const LONG = { steps: 30 };
const ENDLESS = { steps: 1_000_000 };
const CREATED = { resultType: 'task', status: 'working', ttlMs: 1_800_000, pollIntervalMs: 20 };

let server: HttpServer;
beforeAll(async () => {
  const dispatcher = fixtureDispatcher({ tasks: { limits: { soonMs: 40, pollIntervalMs: 20 } } });
  server = await startHttp({ dispatcher, ...openToThisMachine(OPERATOR), log: silentLog });
});
afterAll(() => server.close());

interface Connected {
  readonly client: Client;
  readonly transport: Transport;
}

const over = {
  async stdio(revision: Revision): Promise<Connected> {
    const { client, transport } = await connectStdio(revision, FIXTURE);
    return { client, transport };
  },
  async HTTP(revision: Revision): Promise<Connected> {
    const client = clientFor(revision);
    const transport = new StreamableHTTPClientTransport(new URL(server.url));
    await client.connect(transport);
    return { client, transport };
  },
};

async function using<T>(connecting: Promise<Connected>, use: (connected: Connected) => Promise<T>): Promise<T> {
  const connected = await connecting;
  try {
    return await use(connected);
  } finally {
    await connected.client.close();
  }
}

describe.each(['stdio', 'HTTP'] as const)('over %s', (transport) => {
  let modern: Connected;
  let legacy: Connected;
  beforeAll(async () => {
    [modern, legacy] = await Promise.all([over[transport]('2026-07-28'), over[transport]('2025-11-25')]);
  });
  afterAll(() => Promise.all([modern, legacy].map(({ client }) => client.close())));

  async function inSession<T>(use: (session: ReturnType<typeof taskSession>) => Promise<T>): Promise<T> {
    const session = taskSession(modern.client, modern.transport);
    try {
      return await use(session);
    } finally {
      await session.close();
    }
  }

  it('a call that takes long is a task for a client that takes tasks, with the result it would have had', () =>
    inSession(async (session) => {
      const execution = await session.callTool('work-long', LONG);
      expect(execution.kind).toBe('task');
      const told: (string | undefined)[] = [];
      const { outcome } = await execution.settle({
        onEvent: (event) => void told.push(event.type === 'task' ? event.task.statusMessage : undefined),
      });
      expect(resultFromTaskOutcome(outcome)).toMatchObject({
        content: [{ type: 'text', text: expect.stringContaining('30 steps done.') }],
        structuredContent: { answer: '30 steps done.' },
      });
      expect(told.filter((text) => /^step (\d+): \1 of 30$/.test(text ?? '')).length).toBeGreaterThan(0);
    }));

  it('what is there soon is a result as ever', () =>
    inSession(async (session) => {
      const execution = await session.callTool('count-things', { count: 2 });
      expect(execution.kind).toBe('immediate');
      const { outcome } = await execution.settle();
      expect(resultFromTaskOutcome(outcome)).toMatchObject({ structuredContent: { answer: '2 things.' } });
    }));

  it('a cancelled task stops its call', () =>
    inSession(async (session) => {
      const execution = await session.callTool('work-long', ENDLESS);
      await execution.cancel();
      expect((await execution.result()).status).toBe('cancelled');
    }));

  it('a client of either era that takes no tasks gets the result itself', async () => {
    for (const { client } of [modern, legacy]) {
      const result = await client.callTool({ name: 'work-long', arguments: LONG });
      expect(result).toMatchObject({ structuredContent: { answer: '30 steps done.' } });
      expect(result).not.toHaveProperty('taskId');
    }
    expect(modern.client.getServerCapabilities()?.extensions).toEqual({ 'io.modelcontextprotocol/tasks': {} });
  });

  it('the methods are for clients that say they take tasks; a 2025 session has none', async () => {
    const [ask, askLegacy] = [rawDispatch(modern.transport), rawDispatch(legacy.transport)];
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel'])
      expect(await ask(framed(method, { taskId: 'x', inputResponses: {} }, {}))).toMatchObject({
        error: {
          code: -32_021,
          data: { requiredCapabilities: { extensions: { 'io.modelcontextprotocol/tasks': {} } } },
        },
      });
    expect(await askLegacy({ method: 'tasks/get', params: { taskId: 'x' } })).toMatchObject({
      error: { code: -32_601 },
    });
  });
});

describe('on the wire', () => {
  it('a task says what SEP-2663 wants, from the first answer on', () =>
    using(over.HTTP('2026-07-28'), async (connected) => {
      const ask = rawDispatch(connected.transport);
      const made = await ask(framed('tools/call', { name: 'work-long', arguments: LONG }));
      expect(made).toMatchObject({ result: CREATED });
      const { taskId } = Object((made as { result: unknown }).result) as { taskId: string };
      expect(await ask(framed('tasks/update', { taskId, inputResponses: { none: {} } }))).toMatchObject({
        result: { resultType: 'complete' },
      });
      await expect
        .poll(async () => ask(framed('tasks/get', { taskId })))
        .toMatchObject({ result: { resultType: 'complete', taskId, status: 'completed' } });
      const got = await ask(framed('tasks/get', { taskId }));
      expect(GetTaskResultV2Schema.safeParse((got as { result: unknown }).result).success).toBe(true);
      // Over is over: cancelling changes nothing, and the result stays.
      expect(await ask(framed('tasks/cancel', { taskId }))).toMatchObject({ result: { resultType: 'complete' } });
      expect(await ask(framed('tasks/get', { taskId }))).toMatchObject({ result: { status: 'completed' } });
    }));

  it('who asked for progress is told of it until there is a task', () =>
    using(over.HTTP('2026-07-28'), async (connected) => {
      const ask = rawDispatch(connected.transport);
      const steps: unknown[] = [];
      connected.client.fallbackNotificationHandler = async ({ params }) => void steps.push(params);
      connected.client.setNotificationHandler('notifications/progress', ({ params }) => void steps.push(params));
      const call = framed('tools/call', { name: 'work-long', arguments: LONG });
      // oxlint-disable-next-line no-underscore-dangle -- the protocol's name
      const _meta = { ...call.params._meta, progressToken: 'p1' };
      expect(await ask({ ...call, params: { ...call.params, _meta } })).toMatchObject({ result: CREATED });
      expect(steps[0]).toMatchObject({ progressToken: 'p1', progress: 1, total: LONG.steps });
      expect(steps.length).toBeLessThan(LONG.steps);
    }));

  it('whatever fails in the tool is a result that says so', () =>
    using(over.HTTP('2026-07-28'), async (connected) => {
      const ask = rawDispatch(connected.transport);
      expect(await ask(framed('tools/call', { name: 'fail', arguments: { how: 'x' } }))).toMatchObject({
        result: { resultType: 'complete', isError: true },
      });
      expect(await ask(framed('tools/call', { name: 'no-such-tool', arguments: {} }))).toMatchObject({
        error: { code: -32_602 },
      });
    }));
});
