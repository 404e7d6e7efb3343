import { describe, expect, it } from 'vitest';
import { policyWorld } from '../../../test/changes/policy-world.ts';
import { workloadId } from '../../simulator/testing/tiny-estate.ts';
import deleteWorkload from './delete-workload.ts';

const { ok, refused, desk, pce, read, sent } = await policyWorld([deleteWorkload]);
const APPLIANCE = `/orgs/1/workloads/${workloadId(4)}`;

describe('delete-workload', () => {
  it('deletes by exact name on apply, and makes it again with what that loses said first', async () => {
    const before = await read(APPLIANCE);
    const planned = await ok('delete-workload', { name: 'appliance', dry_run: true });
    expect(planned.structured).toMatchObject({
      undo: 'partial',
      warnings: ['Undoing makes it again with another href, author and times.'],
    });
    expect(await sent()).toEqual([]);
    const plan = String(planned.structured['plan_id']);
    await desk.apply(plan);
    expect([await sent(), await read(APPLIANCE)]).toEqual([[`DELETE ${APPLIANCE}`], null]);

    const { outcomes } = await desk.undo(plan, { dryRun: false });
    const { name, hostname, labels, interfaces, enforcement_mode: mode } = before ?? {};
    expect(await read(outcomes[0]?.href ?? '')).toMatchObject({
      name,
      hostname,
      labels,
      interfaces,
      enforcement_mode: mode,
    });
  });

  it('explains why a managed one cannot be deleted', async () => {
    await sent();
    const { error, remedy } = await refused('delete-workload', { name: 'host-1.example.com' });
    expect([error, await sent()]).toEqual(['managed_workload', []]);
    expect(remedy).toContain('Unpair its VEN');
  });

  it('deletes nothing for a part of a name, nor one of two of the same name', async () => {
    expect((await refused('delete-workload', { name: 'host' })).error).toBe('not_found');
    for (const address of ['10.8.0.1', '10.8.0.2'])
      await pce.send({
        method: 'POST',
        path: '/orgs/1/workloads',
        body: { name: 'twin', interfaces: [{ name: 'eth0', address }] },
      });
    await sent();
    const { error, candidates } = await refused('delete-workload', { name: 'twin' });
    expect([error, await sent()]).toEqual(['ambiguous_name', []]);
    expect(candidates).toHaveLength(2);
  });

  it('shows the rules that name it in place of deleting it', async () => {
    const [twin] = await pce.list('/orgs/1/workloads', { name: 'twin' });
    await pce.send({
      method: 'POST',
      path: '/orgs/1/sec_policy/draft/rule_sets/1/sec_rules',
      body: {
        enabled: true,
        providers: [{ workload: { href: twin?.['href'] } }],
        consumers: [{ actors: 'ams' }],
        ingress_services: [{ port: 9100, proto: 6 }],
        resolve_labels_as: { providers: ['workloads'], consumers: ['workloads'] },
      },
    });
    const { error, used_in: uses } = await refused('delete-workload', { href: twin?.['href'] });
    expect(error).toBe('in_use');
    expect(uses).toEqual([expect.stringContaining('rule of Default as provider')]);
  });
});
