import { describe, expect, it } from 'vitest';
import { policyWorld } from '../../../test/changes/policy-world.ts';
import { workloadId } from '../../simulator/testing/tiny-estate.ts';
import updateWorkload from './update-workload.ts';

const { ok, refused, desk, pce, read, sent } = await policyWorld([updateWorkload]);
const APPLIANCE = `/orgs/1/workloads/${workloadId(4)}`;
const HOST_1 = `/orgs/1/workloads/${workloadId(1)}`;

describe('update-workload', () => {
  it('shows each field, changes exactly those on apply, and puts them back', async () => {
    const before = await read(APPLIANCE);
    const planned = await ok('update-workload', {
      name: 'appliance',
      new_name: 'appliance-2',
      description: 'rack 4',
      ip_addresses: ['10.9.0.4'],
      labels: ['app=Ordering', 'env=Prod'],
      dry_run: true,
    });
    expect(planned.structured['updated_fields']).toEqual(['name', 'description', 'interfaces', 'labels']);
    expect(planned.structured.items[0]?.['diff']).toContain('name: appliance → appliance-2');
    expect(await sent()).toEqual([]);
    const plan = String(planned.structured['plan_id']);
    await desk.apply(plan);
    expect(await sent()).toEqual([`PUT ${APPLIANCE}`]);
    expect(await read(APPLIANCE)).toMatchObject({
      name: 'appliance-2',
      description: 'rack 4',
      interfaces: [{ address: '10.9.0.4' }],
      labels: [{ value: 'Ordering' }, { value: 'Prod' }],
    });
    await desk.undo(plan, { dryRun: false });
    const { name, labels, interfaces } = before ?? {};
    expect(await read(APPLIANCE)).toMatchObject({ name, labels, interfaces });
  });

  it('creates a missing label only when told to', async () => {
    await sent();
    const args = { href: HOST_1, labels: ['app=Billing'] };
    expect((await refused('update-workload', args)).error).toBe('label_not_found');
    expect(await sent()).toEqual([]);
    await ok('update-workload', { ...args, create_missing: true });
    expect(await sent()).toEqual(['POST /orgs/1/labels', `PUT ${HOST_1}`]);
    expect((await read(HOST_1))?.['labels']).toMatchObject([{ key: 'app', value: 'Billing' }]);
  });

  it.each([[{ hostname: 'other' }], [{ ip_addresses: ['10.0.0.9'] }]])(
    'explains that a VEN reports %j',
    async (change) => {
      await sent();
      const { error, message } = await refused('update-workload', { href: HOST_1, ...change });
      expect([error, await sent()]).toEqual(['managed_workload', []]);
      expect(message).toContain('its VEN reports');
    },
  );

  it('says what a change of mode lets through or blocks', async () => {
    const off = await ok('update-workload', { href: HOST_1, enforcement_mode: 'visibility_only', dry_run: true });
    expect(off.structured['widening']).toEqual([expect.stringContaining('what was blocked is let through')]);
    const on = await ok('update-workload', {
      name: 'host-3.example.com',
      enforcement_mode: 'full',
      dry_run: true,
    });
    expect(on.structured['warnings']).toEqual([
      expect.stringContaining('blocks everything that no active rule allows'),
    ]);
    const unmanaged = await refused('update-workload', { name: 'appliance', enforcement_mode: 'selective' });
    expect(unmanaged.message).toContain('has no VEN');
  });

  it('changes nothing for a part of a name, and says when nothing would change', async () => {
    await sent();
    const { error, candidates } = await refused('update-workload', { name: 'applianc', description: 'x' });
    expect([error, candidates]).toEqual(['not_found', ['appliance']]);
    const same = { name: 'appliance', labels: ['app=CRM'], ip_addresses: ['10.0.0.4'] };
    expect((await refused('update-workload', same)).error).toBe('nothing_to_change');
    expect(await sent()).toEqual([]);
  });

  it('sends nothing when somebody else changed the workload since', async () => {
    const planned = await ok('update-workload', { name: 'appliance', description: 'mine', dry_run: true });
    await pce.send({ method: 'PUT', path: APPLIANCE, body: { description: 'theirs' } });
    await sent();
    await expect(desk.apply(String(planned.structured['plan_id']))).rejects.toMatchObject({ code: 'conflict' });
    expect([await sent(), (await read(APPLIANCE))?.['description']]).toEqual([[], 'theirs']);
  });
});
