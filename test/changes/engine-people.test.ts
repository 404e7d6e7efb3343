import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createAuthority, OPERATOR } from '../../src/access/decide.ts';
import type { Plan } from '../../src/changes/plan.ts';
import type { Principal } from '../../src/core/authority.ts';
import { openSqlitePlans } from '../../src/store/sqlite-plans.ts';
import { enginePce, type EngineOptions, type EnginePce, everything } from './engine-pce.ts';
import { describeOffices, fiveSteps, HIGH_PORTS, labelPlan, OFFICES } from './engine-plans.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close();
});

async function start(options?: EngineOptions): Promise<EnginePce> {
  const server = await enginePce(options);
  opened.push(server);
  return server;
}

const judged = (principal: Principal, readOnly = false) => {
  const decide = createAuthority({ readOnly });
  return (plan: Plan): void => {
    const decision = decide(principal, plan.effect, { kind: 'plan', name: plan.tool });
    if (!decision.allowed) throw decision.failure;
  };
};

describe('a plan', () => {
  it('runs once, although two servers that share a state folder start it at the same time', async () => {
    const server = await start();
    const folder = mkdtempSync(join(tmpdir(), 'engine-'));
    const stores = [await openSqlitePlans(join(folder, 'plans.db')), await openSqlitePlans(join(folder, 'plans.db'))];
    opened.push(...stores, { close: async () => rmSync(folder, { recursive: true }) });
    const desks = stores.map((store) => server.desk({ store }));
    const planned = await desks[0]?.propose(await fiveSteps(server), { dryRun: true });
    const id = planned?.plan.id ?? '';
    const runs = await Promise.allSettled(desks.map((desk) => desk.apply(id)));
    expect(runs.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(runs.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'conflict' } });
    expect(await server.writes()).toHaveLength(5);
    await expect(desks[1]?.apply(id)).rejects.toMatchObject({ code: 'conflict' });
    expect(await server.writes()).toHaveLength(5);
  });

  it('sends nothing when it is only proposed', async () => {
    const server = await start();
    const { state, outcomes } = await server.desk().propose(await fiveSteps(server), { dryRun: true });
    expect(state).toBe('planned');
    expect(outcomes.every(({ result }) => result === 'not_sent')).toBe(true);
    expect(await server.writes()).toEqual([]);
  });

  it('expires', async () => {
    const server = await start();
    const { plan } = await server.desk().propose(labelPlan('QA'), { dryRun: true });
    server.simulator.clock.jump(60 * 60_000 + 1);
    await expect(server.desk().apply(plan.id)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('expired'),
    });
    expect(await server.writes()).toEqual([]);
  });

  it.each([
    ['another person', { principal: { ...OPERATOR, subject: 'mallory' } }, 'not_found'],
    ['another issuer', { principal: { ...OPERATOR, issuer: 'https://evil.example' } }, 'not_found'],
    ['a caller with another label scope', { labelScope: 'app=Ordering' }, 'forbidden'],
  ])('of somebody is nothing to %s', async (_who, options, code) => {
    const server = await start();
    const { plan } = await server.desk().propose(labelPlan('QA'), { dryRun: true });
    const applied = await server.desk().propose(labelPlan('UAT'), { dryRun: false });
    const before = (await server.log()).length;
    const stranger = server.desk(options);
    await expect(stranger.apply(plan.id)).rejects.toMatchObject({ code });
    await expect(stranger.get(plan.id)).rejects.toMatchObject({ code });
    await expect(stranger.undo(applied.plan.id, { dryRun: false })).rejects.toMatchObject({ code });
    expect(await server.log()).toHaveLength(before);
  });

  it.each([
    ['a reader', judged({ ...OPERATOR, role: 'reader' }), 'live', 'forbidden'],
    ['an operator where it takes an admin', judged({ ...OPERATOR, role: 'operator' }), 'provision', 'forbidden'],
    ['anybody in read-only mode', judged(OPERATOR, true), 'live', 'read_only'],
  ] as const)('made by an admin is not applied by %s, nor undone', async (_who, authorise, effect, code) => {
    const server = await start();
    const { plan } = await server.desk().propose(labelPlan('QA', effect), { dryRun: true });
    const applied = await server.desk().propose(labelPlan('UAT', effect), { dryRun: false });
    const before = await server.writes();
    const lesser = server.desk({ authorise });
    await expect(lesser.apply(plan.id)).rejects.toMatchObject({ code });
    await expect(lesser.undo(applied.plan.id, { dryRun: false })).rejects.toMatchObject({ code });
    expect(await server.writes()).toEqual(before);
  });

  it('is not sent by a read-only connection, whoever let it through', async () => {
    const server = await start({ settings: { readOnly: true } });
    const outcome = await server.desk().propose(await fiveSteps(server), { dryRun: false });
    expect(outcome).toMatchObject({ state: 'compensated', failure: { code: 'read_only' } });
    expect(await server.writes()).toEqual([]);
  });

  it('is refused with nothing sent when any of its targets was altered before', async () => {
    const server = await start();
    const { plan } = await server.desk().propose(await fiveSteps(server), { dryRun: true });
    await server.foreign('PUT', HIGH_PORTS, { description: 'mine' });
    const before = await server.writes();
    await expect(server.desk().apply(plan.id)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('High ports'),
    });
    expect(await server.writes()).toEqual(before);
    // It was not spent: nothing was sent.
    await server.foreign('PUT', '/orgs/1/sec_policy/delete', { change_subset: { services: [{ href: HIGH_PORTS }] } });
    expect((await server.desk().apply(plan.id)).state).toBe('applied');
  });

  it('is refused when the name it is to create was taken meanwhile', async () => {
    const server = await start();
    const { plan } = await server.desk().propose(labelPlan('QA'), { dryRun: true });
    await server.foreign('POST', '/orgs/1/labels', { key: 'env', value: 'QA' });
    await expect(server.desk().apply(plan.id)).rejects.toMatchObject({ code: 'conflict' });
    expect(await server.writes()).toHaveLength(1);
  });

  it('is taken back when a target is altered while it runs', async () => {
    const server = await start();
    const before = await everything(server);
    await server.faults({
      match: { method: 'POST', path: '/orgs/1/labels' },
      effect: { kind: 'edit', method: 'PUT', path: HIGH_PORTS, body: { description: 'mine' } },
    });
    const outcome = await server.desk().propose(await fiveSteps(server), { dryRun: false });
    expect(outcome).toMatchObject({ state: 'compensated', failure: { code: 'conflict' } });
    await server.foreign('PUT', '/orgs/1/sec_policy/delete', { change_subset: { services: [{ href: HIGH_PORTS }] } });
    expect(await everything(server)).toEqual(before);
  });

  it("leaves somebody else's edit alone when it is taken back, and says so", async () => {
    const server = await start();
    await server.faults(
      {
        match: { method: 'DELETE', path: HIGH_PORTS },
        effect: { kind: 'edit', method: 'PUT', path: OFFICES, body: { description: 'theirs' } },
      },
      { match: { method: 'DELETE', path: HIGH_PORTS }, effect: { kind: 'status', status: 500 } },
    );
    const outcome = await server.desk().propose(await fiveSteps(server), { dryRun: false });
    expect(outcome.state).toBe('stuck');
    expect(outcome.outcomes.map(({ result }) => result)).toEqual([
      'undone',
      'undo_failed',
      'undone',
      'undone',
      'failed',
    ]);
    expect(outcome.outcomes[1]?.message).toContain('somebody else');
    expect(await server.look(OFFICES)).toMatchObject({ description: 'theirs' });
  });

  it('stops when it is cancelled, and is taken back', async () => {
    const server = await start();
    const before = await everything(server);
    const controller = new AbortController();
    const outcome = await server.desk().propose(await fiveSteps(server), {
      dryRun: false,
      signal: controller.signal,
      onProgress: (_says, done) => {
        if (done === 3) controller.abort();
      },
    });
    expect(outcome).toMatchObject({ state: 'compensated', failure: { code: 'cancelled' } });
    expect(await everything(server)).toEqual(before);
  });
});

describe('undo', () => {
  it('brings back what was there, once, and says what it did', async () => {
    const server = await start();
    const before = await everything(server);
    const { plan } = await server.desk().propose(await fiveSteps(server), { dryRun: false });
    const preview = await server.desk().undo(plan.id, { dryRun: true });
    expect(preview.state).toBe('planned');
    expect(preview.plan.warnings).toEqual([]);
    const writes = await server.writes();
    const undone = await server.desk().undo(plan.id, { dryRun: false });
    expect(undone.state).toBe('applied');
    expect(await everything(server)).toEqual(before);
    expect(await server.writes()).toHaveLength(writes.length + 5);
    // The preview is another way back of the same plan: it must not run too.
    await expect(server.desk().apply(preview.plan.id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(server.desk().undo(plan.id, { dryRun: false })).rejects.toMatchObject({ code: 'conflict' });
    expect(await server.writes()).toHaveLength(writes.length + 5);
  });

  it('sends nothing where somebody edited an object since', async () => {
    const server = await start();
    const { plan } = await server.desk().propose(await fiveSteps(server), { dryRun: false });
    await server.foreign('PUT', OFFICES, { description: 'theirs' });
    const writes = await server.writes();
    await expect(server.desk().undo(plan.id, { dryRun: false })).rejects.toMatchObject({ code: 'conflict' });
    expect(await server.writes()).toEqual(writes);
    expect((await server.desk().get(plan.id)).state).toBe('applied');
  });

  it('puts old values back where the change was provisioned meanwhile', async () => {
    const server = await start();
    const { plan } = await server.desk().propose(await describeOffices(server, 'Branches'), { dryRun: false });
    await server.foreign('POST', '/orgs/1/sec_policy', { update_description: 'live' });
    const { state } = await server.desk().undo(plan.id, { dryRun: false });
    expect(state).toBe('applied');
    expect(await server.look(OFFICES)).toMatchObject({ description: 'Users', update_type: 'update' });
  });

  it('can be started again after a failure, with what is left', async () => {
    const server = await start();
    const before = await everything(server);
    const { plan } = await server.desk().propose(await fiveSteps(server), { dryRun: false });
    await server.faults({
      match: { method: 'DELETE', path: '/orgs/1/sec_policy/draft/rule_sets/*', count: 0 },
      effect: { kind: 'status', status: 403 },
    });
    const first = await server.desk().undo(plan.id, { dryRun: false });
    expect(first).toMatchObject({ state: 'stuck', failure: { code: 'pce_forbidden' } });
    expect((await server.desk().get(plan.id)).state).toBe('stuck');
    await server.clearFaults();
    expect((await server.desk().undo(plan.id, { dryRun: false })).state).toBe('applied');
    expect(await everything(server)).toEqual(before);
    expect((await server.desk().get(plan.id)).state).toBe('undone');
  });
});
