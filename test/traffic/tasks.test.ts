import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../src/access/decide.ts';
import { randomCursorKey } from '../../src/answer/cursor.ts';
import { loadConfig } from '../../src/config/load.ts';
import { silentLog } from '../../src/core/log.ts';
import type { ToolCall } from '../../src/dispatch/call.ts';
import { createServing, type ServingOptions } from '../../src/dispatch/serving.ts';
import type { TaskView } from '../../src/dispatch/tasks.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { callWith, called } from '../catalogue/call.ts';
import { pointingAt } from '../protocol/programs.ts';

/** So long a query takes on the PCE; its caller is told of a task before. */
const QUERY_MS = 1_200;
const SOON_MS = 300;

let simulator: Simulator;
beforeAll(async () => {
  const delays = { queuedMs: 0, workingMs: QUERY_MS, rulesMs: 0 };
  simulator = await createSimulator({ profile: 'small', rateLimit: 'off', delays });
});
afterAll(() => simulator.close());

/** Servers as replicas run: they share a key and what was cancelled, and nothing else. */
function replicas(count: number, pce = simulator) {
  const cursorKey = randomCursorKey();
  const cancelled = new Set<string>();
  const shared = {
    add: async (nonce: string) => cancelled.add(nonce),
    has: async (nonce: string) => cancelled.has(nonce),
  };
  const options: ServingOptions = {
    log: silentLog,
    cursorKey,
    tasks: { shared, replicas: true, limits: { soonMs: SOON_MS } },
  };
  const { settings } = loadConfig({ dotenv: '', environment: { ...pointingAt(pce), MCP_TOOLSETS: 'all' } });
  const servings = Array.from({ length: count }, () => createServing(settings, options));
  return {
    all: servings.map(({ dispatcher }) => {
      const work = (call: ToolCall) => dispatcher.call(call);
      return {
        dispatcher,
        start: (name: string, args: object) =>
          dispatcher.tasks.run({ name, args, principal: OPERATOR, signal: new AbortController().signal }, work),
        get: (id: string) => dispatcher.tasks.get(id, OPERATOR, work),
        cancel: (id: string) => dispatcher.tasks.cancel(id, OPERATOR, work),
      };
    }),
    close: () => Promise.all(servings.map((serving) => serving.close())),
  };
}

const taskOf = (outcome: object): TaskView => {
  if (!('taskId' in outcome)) throw new Error(`no task: ${JSON.stringify(outcome)}`);
  return outcome as TaskView;
};

const queries = async (pce = simulator): Promise<readonly { readonly href: string; readonly status: string }[]> => {
  const { url, apiKey, apiSecret, orgId } = pce;
  const answer = await fetch(`${url}/api/v2/orgs/${orgId}/traffic_flows/async_queries`, {
    headers: { Authorization: `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}` },
  });
  return (await answer.json()) as readonly { readonly href: string; readonly status: string }[];
};

it('of a server that ends with its tasks is cancelled on the PCE; one that others can go on with is left running', async () => {
  const { settings } = loadConfig({ dotenv: '', environment: { ...pointingAt(simulator), MCP_TOOLSETS: 'all' } });
  const started = async (options: Partial<ServingOptions>) => {
    const serving = createServing(settings, { log: silentLog, ...options });
    const { dispatcher } = serving;
    const call = { name: 'get-traffic-flows', principal: OPERATOR, signal: new AbortController().signal };
    const known = new Set((await queries()).map(({ href }) => href));
    taskOf(await dispatcher.tasks.run({ ...call, args: { lookback_days: 4 } }, (made) => dispatcher.call(made)));
    const posted = async () => (await queries()).find(({ href }) => !known.has(href))?.href;
    await expect.poll(posted).toBeDefined();
    const query = await posted();
    await serving.close();
    return query;
  };
  const shared = { add: async () => {}, has: async () => false };
  const own = await started({ tasks: { limits: { soonMs: SOON_MS } } });
  const lasting = await started({ tasks: { shared, limits: { soonMs: SOON_MS } } });
  expect([typeof own, typeof lasting, own === lasting]).toEqual(['string', 'string', false]);
  const runningOn = (await queries()).filter(({ status }) => ['queued', 'working', 'completed'].includes(status));
  expect(runningOn.map(({ href }) => href)).toContain(lasting);
  expect(runningOn.map(({ href }) => href)).not.toContain(own);
});

describe('a slow traffic query', () => {
  it('is a task with the answer the call would have given, and can be had from any replica', async () => {
    const { all, close } = replicas(2);
    const [one, two] = all;
    if (!one || !two) throw new Error('two replicas');
    const before = (await queries()).length;
    const args = { group_by: ['policy'], lookback_days: 7 };
    const task = taskOf(await one.start('get-traffic-flows', args));
    expect((await one.get(task.taskId)).statusMessage).toMatch(/^Traffic query |^Asking/);
    // The other one has never heard of it: it goes on with the PCE's own query.
    expect(await two.get(task.taskId)).toMatchObject({ status: 'working', taskId: task.taskId });
    expect((await queries()).length).toBe(before + 1);
    const results = [];
    for (const replica of [one, two]) {
      await expect.poll(async () => (await replica.get(task.taskId)).status, { timeout: 20_000 }).toBe('completed');
      const { result } = await replica.get(task.taskId);
      if (!result) throw new Error('no result');
      results.push(called(result).structured);
    }
    const [first, second] = results;
    expect(first?.totals).toEqual(second?.totals);
    expect(first?.items).toEqual(second?.items);
    const direct = await callWith(one.dispatcher, 'get-traffic-flows', args);
    expect(direct.structured.totals).toEqual(first?.totals);
    await close();
  });

  it('that is cancelled at one replica is cancelled on the PCE, and at every replica for good', async () => {
    // So long that nothing but being cancelled ends it.
    const slow = await createSimulator({
      profile: 'small',
      rateLimit: 'off',
      delays: { queuedMs: 0, workingMs: 3_600_000, rulesMs: 0 },
    });
    const { all, close } = replicas(3, slow);
    const [one, two, three] = all;
    if (!one || !two || !three) throw new Error('three replicas');
    const { taskId } = taskOf(await one.start('get-traffic-flows-summary', { lookback_days: 8 }));
    expect((await queries(slow)).map(({ status }) => status)).toEqual(['working']);
    // This one has never heard of it.
    await two.cancel(taskId);
    expect((await two.get(taskId)).status).toBe('cancelled');
    expect((await three.get(taskId)).status).toBe('cancelled');
    await expect
      .poll(async () => (await queries(slow)).filter(({ status }) => status !== 'cancel_requested'), {
        timeout: 10_000,
      })
      .toEqual([]);
    expect((await one.get(taskId)).status).toBe('cancelled');
    await close();
    await slow.close();
  });

  it('of two that a question compares are both gone on with', async () => {
    const { all, close } = replicas(2);
    const [one, two] = all;
    if (!one || !two) throw new Error('two replicas');
    const before = (await queries()).length;
    const args = { target: 'env=prod', direction: 'both', lookback_days: 6 };
    const { taskId } = taskOf(await one.start('who-talks-to', args));
    expect((await two.get(taskId)).status).toBe('working');
    await expect.poll(async () => (await two.get(taskId)).status, { timeout: 20_000 }).toBe('completed');
    // Both queries were posted once; the second replica waited for the same.
    const { result } = await two.get(taskId);
    if (!result) throw new Error('no result');
    expect((await queries()).length - before).toBeLessThanOrEqual(2);
    expect(called(result).structured.totals.connections).toBeGreaterThan(0);
    await close();
  });
});
