import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { policyWorld } from '../../../test/changes/policy-world.ts';
import { workloadId } from '../../simulator/testing/tiny-estate.ts';
import bulkWorkloads from './bulk-workloads.ts';
import getLabels from './get-labels.ts';

const { ok, refused, desk, pce, read, sent, faults } = await policyWorld([bulkWorkloads, getLabels]);
const host = (n: number) => `/orgs/1/workloads/${workloadId(n)}`;
const bulk = (operation: string) => `PUT /orgs/1/workloads/bulk_${operation}`;
const labels = async (n: number) =>
  (((await read(host(n))) ?? {})['labels'] as readonly { readonly key: string; readonly value: string }[])
    .map(({ key, value }) => `${key}=${value}`)
    .toSorted();

describe('relabel', () => {
  const csv = [
    'hostname,app,env,loc',
    'host-1.example.com,Billing,Dev,(none)',
    'host-2.example.com,,Prod,',
    'host-3.example.com,Billing,,Berlin',
    'host-9.example.com,CRM,,',
    'host-1.example.com,CRM,,',
  ].join('\n');

  it('plans labels and workloads, sends one bulk call, answers each row, and puts everything back', async () => {
    const planned = await ok('bulk-workloads', { operation: 'relabel', csv, create_missing: true, dry_run: true });
    expect(planned.structured).toMatchObject({
      totals: { rows: 5, requests: 3, planned: 2, unchanged: 1, not_found: 1, duplicate: 1 },
      state: 'planned',
    });
    expect(planned.structured.items).toMatchObject([
      { row: 4, workload: 'host-9.example.com', result: 'not_found' },
      { row: 5, result: 'duplicate', detail: 'row 1 means it too' },
      { row: 1, change: 'app: Ordering → Billing; env: Prod → Dev; loc: Frankfurt → (none)', result: 'planned' },
      { row: 3, change: 'app: CRM → Billing; loc: (none) → Berlin', result: 'planned' },
      { row: 2, result: 'unchanged' },
    ]);
    expect(await sent()).toEqual([]);

    const plan = String(planned.structured['plan_id']);
    await desk.apply(plan);
    expect(await sent()).toEqual(['POST /orgs/1/labels', 'POST /orgs/1/labels', bulk('update')]);
    expect(await labels(1)).toEqual(['app=Billing', 'env=Dev', 'role=Web']);
    expect(await labels(3)).toEqual(['app=Billing', 'env=Dev', 'loc=Berlin', 'role=Web']);

    await desk.undo(plan, { dryRun: false });
    expect(await labels(1)).toEqual(['app=Ordering', 'env=Prod', 'loc=Frankfurt', 'role=Web']);
    expect(await labels(3)).toEqual(['app=CRM', 'env=Dev', 'role=Web']);
    expect((await ok('get-labels', { value: 'Billing' })).structured.items).toEqual([]);
  });

  it('gives an undo file that restores the values when it is given back', async () => {
    const given = await ok('bulk-workloads', {
      operation: 'relabel',
      match_on: 'href',
      rows: [
        { href: host(1), labels: 'app=CRM', loc: '(none)' },
        { href: host(4), label_env: 'Dev' },
      ],
    });
    expect(await labels(1)).toEqual(['app=CRM', 'env=Prod', 'role=Web']);
    const file = (given.structured['undo_csv'] as readonly string[]).join('\n');
    expect(parse(file, { columns: true })).toEqual([
      { href: host(1), app: 'Ordering', loc: 'Frankfurt', env: '' },
      { href: host(4), app: '', loc: '', env: '(none)' },
    ]);
    await ok('bulk-workloads', { operation: 'relabel', match_on: 'href', csv: file });
    expect([await labels(1), await labels(4)]).toEqual([
      ['app=Ordering', 'env=Prod', 'loc=Frankfurt', 'role=Web'],
      ['app=CRM'],
    ]);
  });

  it('says for each row what the PCE refused, and takes back only what went through', async () => {
    const planned = await ok('bulk-workloads', {
      operation: 'relabel',
      rows: [
        { hostname: 'host-1.example.com', env: 'Dev' },
        { hostname: 'host-3.example.com', env: 'Prod' },
      ],
      dry_run: true,
    });
    const plan = String(planned.structured['plan_id']);
    // Unpaired between the last look and the bulk call.
    await faults([
      {
        match: { method: 'PUT', path: '/orgs/1/workloads/bulk_update' },
        effect: {
          kind: 'edit',
          method: 'PUT',
          path: '/orgs/1/vens/unpair',
          body: { vens: [{ href: host(3).replace('workloads', 'vens') }] },
        },
      },
    ]);
    const { outcomes } = await desk.apply(plan);
    await faults([]);
    expect(outcomes[0]?.rows).toEqual([
      { href: host(1), status: 'updated' },
      { href: host(3), status: 'failed', message: 'Not found' },
    ]);
    expect(outcomes[0]?.message).toBe(`1 of 2 failed, first ${host(3)}: Not found`);
    const back = await desk.undo(plan, { dryRun: false });
    expect(back.plan.requests[0]?.body).toMatchObject([{ href: host(1) }]);
    expect(await labels(1)).toContain('env=Prod');
  });
});

describe('create, update, delete', () => {
  it('live together: made from rows, changed by external data, taken away by name', async () => {
    await sent();
    const made = await ok('bulk-workloads', {
      operation: 'create',
      match_on: 'name',
      create_missing: true,
      rows: [
        {
          name: 'cam-1',
          ip_addresses: '10.5.0.1, 10.5.0.2',
          external_data_set: 'cmdb',
          external_data_reference: '1',
          role: 'camera',
        },
        {
          name: 'cam-2',
          ip_addresses: '10.5.0.3',
          external_data_set: 'cmdb',
          external_data_reference: '2',
          role: 'camera',
        },
        { name: 'appliance', ip_addresses: '10.5.0.4' },
        { name: 'cam-2' },
        { name: 'cam-3', ip_addresses: 'nowhere' },
      ],
    });
    expect(made.structured.totals).toEqual({ rows: 5, requests: 2, created: 2, exists: 1, duplicate: 1, refused: 1 });
    expect(await sent()).toEqual(['POST /orgs/1/labels', bulk('create')]);
    const cameras = await pce.list('/orgs/1/workloads', { name: 'cam-' });
    expect(cameras).toMatchObject([
      {
        name: 'cam-1',
        hostname: 'cam-1',
        interfaces: [{ address: '10.5.0.1' }, { address: '10.5.0.2' }],
        labels: [{ value: 'camera' }],
      },
      { name: 'cam-2' },
    ]);
    expect(made.structured.items.filter(({ result }) => result === 'created').map((item) => item['href'])).toEqual(
      cameras.map(({ href }) => href),
    );

    const changed = await ok('bulk-workloads', {
      operation: 'update',
      match_on: 'external_data',
      rows: [
        { external_data_set: 'cmdb', external_data_reference: '1', name: 'camera-1', description: 'gate' },
        {
          external_data_set: 'cmdb',
          external_data_reference: '2',
          ip_addresses: '10.5.0.9',
          enforcement_mode: 'selective',
        },
        { external_data_set: 'cmdb' },
      ],
    });
    expect(changed.structured.items).toMatchObject([
      { row: 2, result: 'refused', detail: expect.stringContaining('has no VEN') },
      { row: 3, result: 'refused', detail: 'no external_data_set and external_data_reference to match on' },
      { row: 1, result: 'updated', change: 'name: cam-1 → camera-1; description: (none) → gate' },
    ]);
    await desk.undo(String(changed.structured['plan_id']), { dryRun: false });

    await sent();
    const { structured: gone } = await ok('bulk-workloads', {
      operation: 'delete',
      match_on: 'name',
      rows: [{ name: 'cam-1' }, { name: 'cam-2', env: 'x' }],
    });
    expect(gone.totals).toEqual({ rows: 2, requests: 1, deleted: 2 });
    expect(await sent()).toEqual([bulk('delete')]);
    const { plan_id: plan, undo, warnings } = gone;
    expect(undo).toBe('partial');
    expect(warnings).toEqual(['delete does not use the columns env.', expect.stringContaining('other hrefs')]);
    await desk.undo(String(plan), { dryRun: false });
    expect(await sent()).toEqual([bulk('create')]);
    expect(await pce.list('/orgs/1/workloads', { name: 'cam-' })).toMatchObject([
      { name: 'cam-1', external_data_reference: '1', labels: [{ value: 'camera' }] },
      { name: 'cam-2', interfaces: [{ address: '10.5.0.3' }] },
    ]);

    // What was made first is deleted by undoing it: but not while somebody else's copies stand in for it.
    await expect(desk.undo(String(made.structured['plan_id']), { dryRun: false })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('deletes what it made when that is undone', async () => {
    const made = await ok('bulk-workloads', {
      operation: 'create',
      rows: [{ hostname: 'tap-1', ip_addresses: '10.6.0.1' }],
    });
    await sent();
    await desk.undo(String(made.structured['plan_id']), { dryRun: false });
    expect([await sent(), await pce.list('/orgs/1/workloads', { name: 'tap-1' })]).toEqual([[bulk('delete')], []]);
  });

  it('answers for each row what the PCE refused, and takes back only what was made', async () => {
    const same = { external_data_set: 'cmdb', external_data_reference: '77' };
    const made = await ok('bulk-workloads', {
      operation: 'create',
      rows: [
        { hostname: 'tap-2', ip_addresses: '10.6.0.2', ...same },
        { hostname: 'tap-3', ip_addresses: '10.6.0.3', ...same },
      ],
    });
    expect(made.structured['answer']).toBe('1 of 2 rows created (1 request). Others: failed 1.');
    expect(made.structured.items[0]).toMatchObject({
      row: 2,
      result: 'failed',
      detail: 'External data set and reference must be unique together',
    });
    await desk.undo(String(made.structured['plan_id']), { dryRun: false });
    expect(await pce.list('/orgs/1/workloads', { hostname: 'tap-' })).toEqual([]);
  });

  it('never touches a managed workload, one of two, or one a rule names', async () => {
    for (const address of ['10.7.0.1', '10.7.0.2'])
      await pce.send({
        method: 'PUT',
        path: '/orgs/1/workloads/bulk_create',
        body: [{ name: 'twin', interfaces: [{ name: 'eth0', address }] }],
      });
    await sent();
    const { error, rows } = await refused('bulk-workloads', {
      operation: 'delete',
      match_on: 'name',
      rows: [{ name: 'twin' }, { name: 'twi' }],
    });
    expect(error).toBe('nothing_to_change');
    expect(rows).toEqual([
      expect.stringMatching(/^1\. twin: ambiguous, 2 have it: \/orgs\/1\/workloads\//),
      '2. twi: not_found, near: twin',
    ]);
    const managed = await refused('bulk-workloads', {
      operation: 'delete',
      rows: [{ hostname: 'host-1.example.com' }],
    });
    expect(managed['rows']).toEqual(['1. host-1.example.com: refused, managed: unpair its VEN']);
    expect(await sent()).toEqual([]);
  });
});

describe('what is refused whole', () => {
  it.each([
    [{ operation: 'relabel' }, 'Give either rows or csv.'],
    [{ operation: 'relabel', rows: [] }, 'There is no row.'],
    [{ operation: 'relabel', rows: [{ hostname: 'host-1.example.com', evn: 'Dev' }] }, 'There is no column "evn".'],
    [{ operation: 'relabel', csv: 'hostname,env\nhost-1.example.com' }, 'The csv could not be read'],
    [{ operation: 'relabel', csv: 'hostname,env,env\na,b,c' }, 'two columns env'],
    [{ operation: 'create', match_on: 'href', rows: [{ name: 'a' }] }, 'has no href yet'],
    // A second page would be a second change.
    [{ operation: 'relabel', csv: 'hostname,env\na,Dev', cursor: 'abc' }, 'There is no parameter "cursor"'],
  ])('%j', async (args, why) => {
    await sent();
    const { error, message } = await refused('bulk-workloads', args);
    expect([error, await sent()]).toEqual(['invalid_arguments', []]);
    expect(message).toContain(why);
  });

  it('a row with a missing label is refused alone, with candidates', async () => {
    const { rows } = await refused('bulk-workloads', {
      operation: 'relabel',
      rows: [{ hostname: 'host-1.example.com', env: 'Pro' }],
    });
    expect(rows).toEqual([
      '1. host-1.example.com: refused, There is no label "env" with exactly the value "Pro". Near: env=Prod',
    ]);
  });

  it('more than max_changes', async () => {
    await sent();
    const rows = [1, 2].map((n) => ({ hostname: `host-${n}.example.com`, env: 'Dev' }));
    const { error } = await refused('bulk-workloads', { operation: 'relabel', rows, max_changes: 1 });
    expect([error, await sent()]).toEqual(['too_many_changes', []]);
  });
});
