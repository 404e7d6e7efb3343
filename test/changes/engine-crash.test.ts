import { afterEach, describe, expect, it } from 'vitest';
import type { Changes, PceWriter } from '../../src/changes/plan.ts';
import type { PlanStore } from '../../src/store/plans.ts';
import { enginePce, type EnginePce, everything } from './engine-pce.ts';
import { fiveSteps, labelPlan } from './engine-plans.ts';

const LEASE_MS = 180_000;

const opened: EnginePce[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

async function start(): Promise<EnginePce> {
  const server = await enginePce();
  opened.push(server);
  return server;
}

const never = <T>(): Promise<T> => new Promise(() => {});

/** A desk whose process dies at its n-th write to the PCE, before or after the PCE has carried it out. From then on it does nothing. */
function dying(
  server: EnginePce,
  nth: number,
  when: 'before' | 'after',
): { readonly desk: Changes; readonly died: Promise<void> } {
  let dead = false;
  let writes = 0;
  const { promise: died, resolve } = Promise.withResolvers<void>();
  const alive =
    <Args extends readonly unknown[], Result>(act: (...args: Args) => Promise<Result>) =>
    (...args: Args): Promise<Result> =>
      dead ? never() : act(...args);
  const { pce, store } = server;
  const mortalPce: PceWriter = {
    ...pce,
    read: alive((...args) => pce.read(...args)),
    list: alive((...args) => pce.list(...args)),
    send: alive(async (request, signal) => {
      writes++;
      if (writes < nth) return pce.send(request, signal);
      if (when === 'after') await pce.send(request, signal);
      dead = true;
      resolve();
      return never();
    }),
  };
  const mortalStore: PlanStore = {
    ...store,
    writeJournal: alive((...args) => store.writeJournal(...args)),
    transition: alive((...args) => store.transition(...args)),
  };
  return { desk: server.desk({ pce: mortalPce, store: mortalStore }), died };
}

const cases = [1, 2, 3, 4, 5].flatMap((nth) => [
  { nth, when: 'before' as const },
  { nth, when: 'after' as const },
]);

describe('a crash at write $nth', () => {
  async function crashed(nth: number, when: 'before' | 'after') {
    const server = await start();
    const before = await everything(server);
    const { desk, died } = dying(server, nth, when);
    const { plan } = await desk.propose(await fiveSteps(server), { dryRun: true });
    void desk.apply(plan.id);
    await died;
    return { server, before, id: plan.id };
  }

  it.each(cases)(
    '$when it was carried out (write $nth) is resumed to the end by another process',
    async ({ nth, when }) => {
      const { server, id } = await crashed(nth, when);
      await expect(server.desk().apply(id)).rejects.toMatchObject({ code: 'conflict' });
      server.simulator.clock.jump(LEASE_MS);
      const outcome = await server.desk().apply(id);
      expect(outcome.state).toBe('applied');
      const writes = await server.writes();
      expect(writes).toEqual([
        'POST /orgs/1/labels',
        'PUT /orgs/1/sec_policy/draft/ip_lists/2',
        'POST /orgs/1/sec_policy/draft/rule_sets',
        expect.stringMatching(/^POST \/orgs\/1\/sec_policy\/draft\/rule_sets\/\d+\/sec_rules$/),
        'DELETE /orgs/1/sec_policy/draft/services/4',
      ]);
    },
  );

  it.each(cases)('$when it was carried out (write $nth) is undone by another process', async ({ nth, when }) => {
    const { server, before, id } = await crashed(nth, when);
    server.simulator.clock.jump(LEASE_MS);
    if (nth === 1 && when === 'before') {
      // Nothing stands, so there is nothing to undo.
      await expect(server.desk().undo(id, { dryRun: false })).rejects.toMatchObject({ code: 'conflict' });
    } else {
      const outcome = await server.desk().undo(id, { dryRun: false });
      expect(outcome.state).toBe('applied');
    }
    expect(await everything(server)).toEqual(before);
  });

  it.each([
    ['before its first step back', 6, 'before', 4],
    ['after its second step back', 7, 'after', 2],
  ] as const)('%s goes on going back', async (_name, nth, when, left) => {
    const server = await start();
    const before = await everything(server);
    await server.faults({
      match: { method: 'DELETE', path: '/orgs/1/sec_policy/draft/services/4' },
      effect: { kind: 'status', status: 500 },
    });
    // Five writes forward, the last refused; it dies on the way back.
    const { desk, died } = dying(server, nth, when);
    const { plan } = await desk.propose(await fiveSteps(server), { dryRun: true });
    void desk.apply(plan.id);
    await died;
    const sent = (await server.writes()).length;
    server.simulator.clock.jump(LEASE_MS);
    const outcome = await server.desk().apply(plan.id);
    expect(outcome.state).toBe('compensated');
    expect(await everything(server)).toEqual(before);
    expect((await server.writes()).slice(sent)).toEqual(
      [
        expect.stringMatching(/^DELETE .*\/sec_rules\/\d+$/),
        expect.stringMatching(/^DELETE .*\/rule_sets\/\d+$/),
        'PUT /orgs/1/sec_policy/delete',
        expect.stringMatching(/^DELETE \/orgs\/1\/labels\/\d+$/),
      ].slice(-left),
    );
  });

  it('in the middle of an undo is resumed by undoing again', async () => {
    const server = await start();
    const before = await everything(server);
    const { plan } = await server.desk().propose(await fiveSteps(server), { dryRun: false });
    const { desk, died } = dying(server, 2, 'after');
    void desk.undo(plan.id, { dryRun: false });
    await died;
    await expect(server.desk().undo(plan.id, { dryRun: false })).rejects.toMatchObject({ code: 'conflict' });
    server.simulator.clock.jump(LEASE_MS);
    expect((await server.desk().undo(plan.id, { dryRun: false })).state).toBe('applied');
    expect(await everything(server)).toEqual(before);
    expect((await server.desk().get(plan.id)).state).toBe('undone');
  });
});

describe('the hold on a plan', () => {
  it('is lost by a process that slept through its lease: it sends nothing more', async () => {
    const server = await start();
    const { store, pce } = server;
    const { promise: sleeping, resolve: slept } = Promise.withResolvers<void>();
    const { promise: awake, resolve: wake } = Promise.withResolvers<void>();
    let sent = 0;
    const sleeper = server.desk({
      pce: {
        ...pce,
        async send(request) {
          const answer = await pce.send(request);
          if (++sent === 1) {
            slept();
            await awake;
          }
          return answer;
        },
      },
      store,
    });
    const { plan } = await sleeper.propose(await fiveSteps(server), { dryRun: true });
    const first = sleeper.apply(plan.id);
    await sleeping;
    server.simulator.clock.jump(LEASE_MS);
    expect((await server.desk().apply(plan.id)).state).toBe('applied');
    wake();
    await expect(first).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('took this plan over'),
    });
    expect(sent).toBe(1);
    expect(await server.writes()).toHaveLength(5);
  });

  it('is kept by a process that works for longer than its lease', async () => {
    const server = await start();
    const { pce } = server;
    const { promise: working, resolve: begun } = Promise.withResolvers<void>();
    const { promise: ready, resolve: finish } = Promise.withResolvers<void>();
    const leaseMs = 200;
    const clock = { now: () => Date.now() };
    const slow = server.desk({
      clock,
      leaseMs,
      pce: {
        ...pce,
        async send(request) {
          begun();
          await ready;
          return pce.send(request);
        },
      },
    });
    const { plan } = await slow.propose(labelPlan('QA'), { dryRun: true });
    const first = slow.apply(plan.id);
    await working;
    const startedMs = clock.now();
    const other = server.desk({ clock, leaseMs });
    await expect
      .poll(async () => {
        await expect(other.apply(plan.id)).rejects.toMatchObject({ code: 'conflict' });
        return clock.now() - startedMs;
      })
      .toBeGreaterThan(3 * leaseMs);
    finish();
    expect((await first).state).toBe('applied');
    expect(await server.writes()).toEqual(['POST /orgs/1/labels']);
  });
});
