import { describe, expect, it } from 'vitest';
import { policyWorld } from '../../../test/changes/policy-world.ts';
import createWorkload from './create-workload.ts';
import getLabels from './get-labels.ts';

const { ok, refused, desk, pce, read, sent, faults } = await policyWorld([createWorkload, getLabels]);
const POSTS = ['POST /orgs/1/labels', 'POST /orgs/1/workloads'];
const labelsNamed = async (value: string) =>
  (await ok('get-labels', { value })).structured.items.map((item) => item['value']);

describe('create-workload', () => {
  it('plans labels and workload as one, applies them, and takes both back', async () => {
    const planned = await ok('create-workload', {
      name: 'printer-17',
      ip_addresses: ['10.4.0.17/24', '2001:db8::17'],
      labels: ['role=printer', 'loc=Frankfurt'],
      description: 'second floor',
      dry_run: true,
    });
    expect(planned.structured.items).toMatchObject([
      { does: 'create label role=printer', result: 'not_sent' },
      { does: 'create workload printer-17 (role=printer loc=Frankfurt)', result: 'not_sent' },
    ]);
    expect(await sent()).toEqual([]);
    const plan = String(planned.structured['plan_id']);

    const { outcomes } = await desk.apply(plan);
    expect(await sent()).toEqual(POSTS);
    const href = outcomes[1]?.href ?? '';
    expect(await read(href)).toMatchObject({
      name: 'printer-17',
      hostname: 'printer-17',
      description: 'second floor',
      managed: false,
      interfaces: [
        { name: 'eth0', address: '10.4.0.17', cidr_block: 24 },
        { name: 'eth1', address: '2001:db8::17' },
      ],
      labels: [
        { href: outcomes[0]?.href, value: 'printer' },
        { key: 'loc', value: 'Frankfurt' },
      ],
    });

    await desk.undo(plan, { dryRun: false });
    expect([await read(href), await labelsNamed('printer')]).toEqual([null, []]);
  });

  it('takes labels as key and value, as texts with blanks and as hrefs', async () => {
    const { structured } = await ok('create-workload', {
      name: 'camera',
      ip_addresses: ['10.4.0.18'],
      labels: [{ key: 'role', value: 'Web' }, 'app=Point of Sale', '/orgs/1/labels/6'],
    });
    const href = structured.items.at(-1)?.['href'];
    expect((await read(String(href)))?.['labels']).toMatchObject([
      { key: 'role', value: 'Web' },
      { key: 'app', value: 'Point of Sale' },
      { key: 'env', value: 'Dev' },
    ]);
  });

  it('leaves nothing behind when the second request fails', async () => {
    await sent();
    await faults([
      { match: { method: 'POST', path: '/orgs/1/workloads', count: 0 }, effect: { kind: 'status', status: 406 } },
    ]);
    const { error, state, steps } = await refused('create-workload', {
      name: 'scanner',
      ip_addresses: ['10.4.0.19'],
      labels: ['role=scanner'],
    });
    await faults([]);
    expect([error, state]).toEqual(['change_failed', 'compensated']);
    expect(steps).toEqual([
      expect.stringMatching(/^1\. create label role=scanner: undone/),
      expect.stringMatching(/^2\. create workload scanner .*: failed/),
    ]);
    expect(await sent()).toEqual([...POSTS, expect.stringMatching(/^DELETE \/orgs\/1\/labels\//)]);
    expect(await labelsNamed('scanner')).toEqual([]);
  });

  it('sends nothing for a missing label that it may not create', async () => {
    await sent();
    const args = { name: 'x', ip_addresses: ['10.4.0.20'], create_missing: false, labels: ['env=prd'] };
    const { error, candidates } = await refused('create-workload', args);
    expect([error, candidates, await sent()]).toEqual(['label_not_found', ['env=Prod'], []]);
  });

  it('does not create a label that differs in case only, nor one of a key nobody knows', async () => {
    const args = { name: 'x', ip_addresses: ['10.4.0.20'] };
    const sameBut = await refused('create-workload', { ...args, labels: ['env=prod'] });
    expect([sameBut.error, sameBut['candidates']]).toEqual(['label_not_found', ['env=Prod']]);
    const unknown = await refused('create-workload', { ...args, labels: ['evn=prod'] });
    expect([unknown.error, unknown['candidates']]).toEqual(['label_not_found', ['env']]);
  });

  it.each([
    [{ labels: ['env=Prod', 'env=Dev'] }, 'comes twice'],
    [{ labels: ['env=Prod|Dev'] }, 'does not name one label'],
    [{ ip_addresses: ['10.4.0.300'] }, 'is not an IP address'],
    [{ enforcement_mode: 'selective' }, 'has no VEN'],
  ])('refuses %j before anything is sent', async (args, why) => {
    await sent();
    const { error, message } = await refused('create-workload', { name: 'y', ip_addresses: ['10.4.0.21'], ...args });
    expect([error, await sent()]).toEqual(['invalid_arguments', []]);
    expect(message).toContain(why);
  });

  it('knows only the same name as existing', async () => {
    await ok('create-workload', { name: 'appl', ip_addresses: ['10.4.0.22'] });
    const { error } = await refused('create-workload', { name: 'appliance', ip_addresses: ['10.4.0.23'] });
    expect(error).toBe('already_exists');
    expect((await pce.list('/orgs/1/workloads', { name: 'appl' })).map(({ name }) => name)).toEqual([
      'appliance',
      'appl',
    ]);
  });
});
