import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { OPERATOR } from '../../src/access/decide.ts';
import { type CursorKey, randomCursorKey } from '../../src/answer/cursor.ts';
import type { Principal } from '../../src/core/authority.ts';
import type { ToolCall } from '../../src/dispatch/call.ts';
import { sealTaskId } from '../../src/dispatch/task-id.ts';
import type { TaskLimits, TaskView } from '../../src/dispatch/tasks.ts';
import { fixtureDispatcher } from '../protocol/fixtures/tools.ts';

// Attacks 17, 18, 33 (handles of others), 42 (exhaustion), 13 (handles that were touched), on tasks.
const ALICE: Principal = { ...OPERATOR, issuer: 'https://idp.example', subject: 'alice' };
const ENDLESS = { steps: 1_000_000 };

function started(limits: Partial<TaskLimits> = {}, key: CursorKey = randomCursorKey()) {
  let nowMs = Date.parse('2025-06-15T10:00:00Z');
  const clock = { now: () => nowMs };
  const dispatcher = fixtureDispatcher({
    clock,
    seal: { keys: [key], clock },
    tasks: { limits: { soonMs: 1, ...limits } },
  });
  const work = (call: ToolCall) => dispatcher.call(call);
  return {
    dispatcher,
    tasks: dispatcher.tasks,
    work,
    wait: (ms: number) => void (nowMs += ms),
    call: (name: string, args: object, principal = ALICE, signal = new AbortController().signal) =>
      dispatcher.tasks.run({ name, args, principal, signal }, work),
    get: (id: string, principal = ALICE) => dispatcher.tasks.get(id, principal, work),
    cancel: (id: string, principal = ALICE) => dispatcher.tasks.cancel(id, principal, work),
  };
}

const taskOf = (outcome: object): TaskView => {
  if (!('taskId' in outcome)) throw new Error(`no task: ${JSON.stringify(outcome)}`);
  return outcome as TaskView;
};
const UNKNOWN = { code: 'unknown_task', message: 'There is no such task, or its time is over.' };

describe('a task of somebody else', () => {
  it.each<[string, Principal]>([
    ['another person', { ...ALICE, subject: 'bob' }],
    ['the same name at another issuer', { ...ALICE, issuer: 'https://other.example' }],
    ['the same person limited to labels', { ...ALICE, labelScope: 'env=dev' }],
  ])('does not exist for %s, and goes on', async (_who, other) => {
    const { call, get, cancel, tasks } = started();
    const { taskId } = taskOf(await call('work-long', ENDLESS));
    await expect(get(taskId, other)).rejects.toMatchObject(UNKNOWN);
    await expect(cancel(taskId, other)).rejects.toMatchObject(UNKNOWN);
    await expect(get('guessed', other)).rejects.toMatchObject(UNKNOWN);
    expect(await get(taskId)).toMatchObject({ status: 'working' });
    await tasks.close();
  });
});

describe('an id', () => {
  it('that was touched anywhere is none', async () => {
    const { call, get, tasks } = started();
    const { taskId } = taskOf(await call('work-long', ENDLESS));
    for (let at = 0; at < taskId.length; at++) {
      const other = taskId[at] === 'A' ? 'B' : 'A';
      await expect(get(taskId.slice(0, at) + other + taskId.slice(at + 1))).rejects.toMatchObject(UNKNOWN);
    }
    await expect(get(`${taskId}A`)).rejects.toMatchObject(UNKNOWN);
    await expect(get('')).rejects.toMatchObject(UNKNOWN);
    await tasks.close();
  });

  it('is no cursor, and a cursor is no id', async () => {
    const { call, get, dispatcher, tasks } = started();
    const { taskId } = taskOf(await call('work-long', ENDLESS));
    expect(() => dispatcher.continued(ALICE, taskId)).toThrow(expect.objectContaining({ code: 'invalid_cursor' }));
    const { structuredContent } = await dispatcher.call({
      name: 'count-things',
      args: { count: 5_000 },
      principal: ALICE,
      signal: new AbortController().signal,
    });
    await expect(get(String(structuredContent?.['cursor']))).rejects.toMatchObject(UNKNOWN);
    await tasks.close();
  });

  it('of a server with another key is none, nor one that names a call nobody made here', async () => {
    const key = randomCursorKey();
    const { call, tasks } = started({}, key);
    const { taskId } = taskOf(await call('work-long', ENDLESS));
    await expect(started().get(taskId)).rejects.toMatchObject(UNKNOWN);
    // The same key, after a restart: nothing on the PCE to go on with, so there is nothing to do again.
    const again = started({}, key);
    await expect(again.get(taskId)).rejects.toMatchObject(UNKNOWN);
    const clock = { now: () => Date.parse('2025-06-15T10:00:00Z') };
    const claims = { tool: 'delete-thing', args: {}, asOfMs: 0, createdMs: clock.now(), queries: [], nonce: 'n' };
    const forged = sealTaskId(claims, ALICE, { keys: [key], clock });
    await expect(again.get(String(forged))).rejects.toMatchObject(UNKNOWN);
    await tasks.close();
  });

  it('is over after its time, and what ran is stopped', async () => {
    const { call, get, wait } = started({ ttlMs: 200 });
    const { taskId, ttlMs } = taskOf(await call('work-long', ENDLESS));
    expect(ttlMs).toBe(200);
    expect(await get(taskId)).toMatchObject({ status: 'working' });
    const written = vi.spyOn(process.stderr, 'write');
    wait(200);
    await expect(get(taskId)).rejects.toMatchObject(UNKNOWN);
    expect(written).toHaveBeenCalledWith('work-long stopped\n');
    written.mockRestore();
  });
});

describe('exhaustion', () => {
  it('leaves a caller with many tasks the ordinary way, and others their tasks', async () => {
    const { call, tasks } = started({ runningPerCaller: 2 });
    const ids = [await call('work-long', ENDLESS), await call('work-long', ENDLESS)].map((one) => taskOf(one).taskId);
    expect(new Set(ids).size).toBe(2);
    expect(await call('work-long', { steps: 5 })).toMatchObject({ structuredContent: { answer: '5 steps done.' } });
    expect(taskOf(await call('work-long', ENDLESS, { ...ALICE, subject: 'bob' })).status).toBe('working');
    await tasks.close();
  });

  it('does not push out results before their time, and room comes back with it', async () => {
    const { call, get, wait } = started({ keptPerCaller: 2, ttlMs: 60_000 });
    const tasks = [taskOf(await call('work-long', { steps: 8 })), taskOf(await call('work-long', { steps: 8 }))];
    for (const { taskId } of tasks)
      await expect.poll(async () => (await get(taskId)).status, { interval: 5 }).toBe('completed');
    const third = await call('work-long', { steps: 8 });
    expect(third).not.toHaveProperty('taskId');
    for (const { taskId } of tasks) expect((await get(taskId)).result).toMatchObject({ structuredContent: {} });
    wait(60_000);
    expect(taskOf(await call('work-long', { steps: 8 })).status).toBe('working');
  });

  it('of calls at the same time cannot get past the limit', async () => {
    const { call, tasks } = started({ runningPerCaller: 2, soonMs: 30 });
    const abort = new AbortController();
    const calls = Array.from({ length: 6 }, () => call('work-long', ENDLESS, ALICE, abort.signal));
    await delay(100);
    abort.abort();
    const outcomes = await Promise.all(calls);
    expect(outcomes.filter((outcome) => 'taskId' in outcome)).toHaveLength(2);
    await tasks.close();
  });
});

it('what changes something never becomes a task', async () => {
  const { call } = started({ soonMs: 0 });
  expect(await call('delete-thing', {})).toMatchObject({ structuredContent: { answer: 'Deleted.' } });
});

it('a client that goes away before its call has become a task takes the call with it', async () => {
  const { call } = started({ soonMs: 60_000 });
  const abort = new AbortController();
  const calling = call('work-long', ENDLESS, ALICE, abort.signal);
  abort.abort();
  expect(await calling).toMatchObject({ isError: true, structuredContent: { error: 'cancelled' } });
});
