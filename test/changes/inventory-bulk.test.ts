import { describe, expect, it } from 'vitest';
import type { Progress } from '../../src/dispatch/call.ts';
import { LABEL, tinyEstate, workloadId } from '../../src/simulator/testing/tiny-estate.ts';
import bulkWorkloads from '../../src/tools/inventory/bulk-workloads.ts';
import setEnforcementMode from '../../src/tools/inventory/set-enforcement-mode.ts';
import applyPlan from '../../src/tools/lifecycle/apply-plan.ts';
import getPlan from '../../src/tools/lifecycle/get-plan.ts';
import undoChange from '../../src/tools/lifecycle/undo-change.ts';
import { allPages, callWith } from '../catalogue/call.ts';
import { simulated } from '../catalogue/simulated.ts';
import { policyWorld } from './policy-world.ts';

const TOOLS = [bulkWorkloads, setEnforcementMode, applyPlan, undoChange, getPlan];
const UPDATE = 'PUT /orgs/1/workloads/bulk_update';

/** The tiny estate with `count` managed workloads of CRM in dev besides. */
function crowded(count: number) {
  const estate = tinyEstate();
  const [pattern] = estate.workloads;
  if (pattern === undefined) throw new Error('the tiny estate has workloads');
  const crowd = Array.from({ length: count }, (_, n) => ({
    ...pattern,
    id: workloadId(1_000 + n),
    hostname: hostname(n),
    labels: [LABEL.crm, LABEL.dev],
  }));
  return { ...estate, workloads: [...estate.workloads, ...crowd] };
}

const hostname = (n: number): string => `crowd-${n}.example.com`;
const csvOf = (count: number, cells: string): string =>
  ['hostname,app,env', ...Array.from({ length: count }, (_, n) => `${hostname(n)},${cells}`)].join('\n');

describe('a thousand workloads', () => {
  it('are relabelled with one bulk call and one call for each new label, with progress, and put back with as many', async () => {
    const world = await simulated({ estate: crowded(1_000) }, { tools: TOOLS });
    const { simulator, dispatcher, pce } = world;
    try {
      const told: Progress[] = [];
      const args = { operation: 'relabel', csv: csvOf(1_000, 'Billing,Prod'), create_missing: true };
      const { structured, text } = await callWith(dispatcher, 'bulk-workloads', args, (progress) =>
        told.push(progress),
      );
      expect(structured['answer']).toBe('1000 of 1000 rows relabelled (2 requests).');
      expect(structured.totals).toEqual({ rows: 1_000, requests: 2, updated: 1_000 });
      const requests = (await (await fetch(`${simulator.url}/_sim/requests`)).json()) as {
        readonly requests: readonly { readonly method: string; readonly path: string }[];
      };
      const calls = requests.requests.map(({ method, path }) => `${method} ${path.replace('/api/v2', '')}`);
      expect(calls.filter((call) => !call.startsWith('GET'))).toEqual(['POST /orgs/1/labels', UPDATE]);
      expect(calls.length).toBeLessThanOrEqual(9);
      expect(told.map(({ message }) => message)).toEqual([
        'Reading workloads',
        'create label app=Billing',
        'relabel 1000 workloads',
        'done',
      ]);
      // Nothing invites to send the change again for a second page.
      expect(structured.cursor).toBeUndefined();
      expect(text).not.toContain('cursor');
      expect(structured.coverage).toMatchObject({
        truncated: true,
        gaps: ['985 of 1000 rows are counted but not listed here'],
      });
      // A part of the file that undoes it would be worse than none.
      expect(structured['undo_csv']).toBeUndefined();
      expect(text).toContain('show=before');
      const shown = async (show: string) =>
        (await allPages(dispatcher, 'get-plan', { plan_id: structured['plan_id'], show })).flatMap(
          (page) => page.structured.items,
        );
      const [label, ...rows] = await shown('steps');
      expect(label).toMatchObject({ step: 1, href: expect.stringMatching(/^\/orgs\/1\/labels\//), result: 'done' });
      expect(new Set(rows.map(({ href }) => href)).size).toBe(1_000);
      expect(new Set(rows.map(({ result }) => result))).toEqual(new Set(['updated']));

      const labels = await pce.list('/orgs/1/workloads', { hostname: 'crowd-' });
      expect(new Set(labels.map((workload) => JSON.stringify(workload['labels']))).size).toBe(1);
      const before = await shown('before');
      const undone = await callWith(dispatcher, 'undo-change', { plan_id: structured['plan_id'] });
      expect(undone.isError, undone.text).toBe(false);
      // What was before, given back to the tool, changes nothing more.
      const again = { operation: 'relabel', match_on: 'href', rows: before, dry_run: true };
      const nothing = await callWith(dispatcher, 'bulk-workloads', again);
      expect(nothing.structured).toMatchObject({ error: 'nothing_to_change' });
      expect(nothing.text).toContain('unchanged 1000');
      const after = await pce.list('/orgs/1/workloads', { hostname: 'crowd-' });
      expect(after[999]?.['labels']).toMatchObject([{ value: 'CRM' }, { value: 'Dev' }]);
    } finally {
      await world.close();
    }
  });

  it('and one more take two calls, of modes as well', async () => {
    const { ok, sent, refused } = await policyWorld(TOOLS, { estate: crowded(1_001) });
    const all = { enforcement_mode: 'selective', labels: 'app=CRM env=Dev ams' };
    expect((await refused('set-enforcement-mode', all)).error).toBe('too_many_changes');
    const { structured } = await ok('set-enforcement-mode', { ...all, max_changes: 2_000 });
    expect(structured.totals).toEqual({ rows: 1_002, requests: 2, updated: 1_002 });
    expect(await sent()).toEqual([UPDATE, UPDATE]);

    const twelve = Array.from({ length: 12 }, (_, n) => hostname(n));
    const named = await ok('set-enforcement-mode', { enforcement_mode: 'full', workloads: twelve });
    expect(named.structured.totals).toEqual({ rows: 12, requests: 1, updated: 12 });
    const wrong = await refused('set-enforcement-mode', { enforcement_mode: 'idle', workloads: [...twelve, 'crowd'] });
    expect([wrong.error, await sent()]).toEqual(['not_found', [UPDATE]]);
  });

  it('show the rows that went wrong first, on one page however long their texts are', async () => {
    const { ok } = await policyWorld(TOOLS, { estate: crowded(40) });
    const rows = Array.from({ length: 40 }, (_, n) => ({
      href: `/orgs/1/workloads/${workloadId(1_000 + n)}`,
      name: `${n}-${'x'.repeat(240)}`,
      description: 'y'.repeat(2_000),
    }));
    const gone = { href: `/orgs/1/workloads/${workloadId(9_999)}`, name: 'z'.repeat(255) };
    const { structured, text } = await ok('bulk-workloads', {
      operation: 'update',
      match_on: 'href',
      rows: [...rows, gone],
      dry_run: true,
    });
    expect(structured.items[0]).toMatchObject({ row: 41, result: 'not_found' });
    expect(structured.totals).toEqual({ rows: 41, requests: 1, planned: 40, not_found: 1 });
    expect([structured.cursor, text.length <= 8_000]).toEqual([undefined, true]);
  });
});

describe('a bulk plan', async () => {
  const { ok, refused, sent, faults, pce } = await policyWorld(TOOLS);
  const one = `/orgs/1/workloads/${workloadId(1)}`;
  const relabel = (app: string) => ({
    operation: 'relabel',
    create_missing: true,
    rows: [1, 2, 3].map((n) => ({ hostname: `host-${n}.example.com`, app })),
  });
  const apps = async () =>
    (await pce.list('/orgs/1/workloads', { hostname: 'host-' }))
      .slice(0, 3)
      .map(
        ({ labels }) =>
          (labels as readonly { readonly key: string; readonly value: string }[]).find(({ key }) => key === 'app')
            ?.value,
      );
  const BEFORE = ['Ordering', 'Ordering', 'CRM'];
  const bulk = { method: 'PUT' as const, path: '/orgs/1/workloads/bulk_update', count: 0 };
  const labelsLeft = async (value: string) =>
    (await pce.list('/orgs/1/labels', { value })).filter((label) => label['value'] === value).length;

  it('is applied and taken back by its id', async () => {
    const { structured } = await ok('bulk-workloads', { ...relabel('A'), dry_run: true });
    const id = { plan_id: structured['plan_id'] };
    expect(await sent()).toEqual([]);
    const applied = await ok('apply-plan', id);
    expect(applied.structured.items).toMatchObject([
      { result: 'done' },
      { result: 'done', diff: ['app of 2 workloads: Ordering → A', 'app of 1 workload: CRM → A'] },
    ]);
    expect(await apps()).toEqual(['A', 'A', 'A']);
    expect((await refused('apply-plan', id)).error).toBe('conflict');
    await ok('undo-change', id);
    expect([await apps(), await labelsLeft('A')]).toEqual([BEFORE, 0]);
  });

  it('sends nothing when a label of one workload was changed since, whatever else was', async () => {
    const { structured } = await ok('bulk-workloads', { ...relabel('CRM'), dry_run: true });
    await pce.send({ method: 'PUT', path: one, body: { description: 'does not matter' } });
    await sent();
    const old = (await pce.read(one))?.['labels'] as readonly { readonly href: string }[];
    await pce.send({ method: 'PUT', path: one, body: { labels: [{ href: '/orgs/1/labels/1' }] } });
    await sent();
    const { error, changed } = await refused('apply-plan', { plan_id: structured['plan_id'] });
    expect([error, changed, await sent()]).toEqual(['conflict', ['host-1.example.com was changed'], []]);
    await pce.send({ method: 'PUT', path: one, body: { labels: old.map(({ href }) => ({ href })) } });
    await ok('apply-plan', { plan_id: structured['plan_id'] });
    expect(await apps()).toEqual(['CRM', 'CRM', 'CRM']);
    await ok('undo-change', { plan_id: structured['plan_id'] });
    expect(await apps()).toEqual(BEFORE);
  });

  it.each([
    ['a 500 in place of it', { kind: 'status', status: 500 }],
    ['a reset in place of it', { kind: 'reset', when: 'before' }],
    ['a refusal of it', { kind: 'status', status: 406 }],
  ] as const)('leaves what was made before the bulk call to be taken back, after %s', async (_what, effect) => {
    await faults([{ match: bulk, effect }]);
    const failed = await refused('bulk-workloads', relabel('B'));
    await faults([]);
    expect([failed.error, await apps(), await labelsLeft('B')]).toEqual(['change_incomplete', BEFORE, 1]);
    expect(failed['steps']).toEqual([
      expect.stringMatching(/^1\. create label app=B: done \/orgs\/1\/labels\/\d+$/),
      expect.stringMatching(/^2\. relabel 3 workloads: failed/),
    ]);
    await ok('undo-change', { plan_id: failed['plan_id'] });
    expect(await labelsLeft('B')).toBe(0);
  });

  it.each([
    ['a 500 after it', { kind: 'status', status: 500, when: 'after' }],
    ['a reset after it', { kind: 'reset', when: 'after' }],
  ] as const)('is seen to be carried out after %s', async (_what, effect) => {
    await faults([{ match: bulk, effect }]);
    const { structured } = await ok('bulk-workloads', relabel('C'));
    await faults([]);
    expect(structured.totals).toMatchObject({ updated: 3 });
    expect(await apps()).toEqual(['C', 'C', 'C']);
    await ok('undo-change', { plan_id: structured['plan_id'] });
    expect([await apps(), await labelsLeft('C')]).toEqual([BEFORE, 0]);
  });

  it('does not send what needs a label that could not be made', async () => {
    await sent();
    await faults([
      { match: { method: 'POST', path: '/orgs/1/labels', count: 0 }, effect: { kind: 'status', status: 406 } },
    ]);
    const { error, message } = await refused('bulk-workloads', relabel('D'));
    await faults([]);
    expect([error, await sent()]).toEqual(['change_failed', ['POST /orgs/1/labels']]);
    expect(message).toContain('nothing stands');
  });

  it('makes and deletes once, also when the answers are lost', async () => {
    const match = (operation: string) => ({
      method: 'PUT' as const,
      path: `/orgs/1/workloads/bulk_${operation}`,
      count: 0,
    });
    const rows = [1, 2].map((n) => ({ name: `cam-${n}`, ip_addresses: `10.5.0.${n}` }));
    const names = async () => (await pce.list('/orgs/1/workloads', { name: 'cam-' })).map(({ name }) => name);
    const lost = { kind: 'reset', when: 'after' } as const;
    await faults([{ match: match('create'), effect: lost }]);
    const made = await ok('bulk-workloads', { operation: 'create', match_on: 'name', rows });
    expect([made.structured.totals, await names()]).toEqual([{ rows: 2, requests: 1, created: 2 }, ['cam-1', 'cam-2']]);
    expect(made.structured.items.map(({ href }) => href)).toEqual(
      (await pce.list('/orgs/1/workloads', { name: 'cam-' })).map(({ href }) => href),
    );
    await faults([{ match: match('delete'), effect: lost }]);
    const gone = await ok('bulk-workloads', { operation: 'delete', match_on: 'name', rows });
    expect([gone.structured.totals, await names()]).toEqual([{ rows: 2, requests: 1, deleted: 2 }, []]);
    await faults([]);
    await ok('undo-change', { plan_id: gone.structured['plan_id'] });
    expect(await names()).toEqual(['cam-1', 'cam-2']);
  });
});
