import { describe, expect, it } from 'vitest';
import { policyWorld } from '../../../test/changes/policy-world.ts';
import { breadthEstate, CLUSTER } from '../../simulator/testing/breadth-estate.ts';
import updateContainerWorkloadProfile from './update-container-workload-profile.ts';

const tool = 'update-container-workload-profile';
const { ok, refused, desk, read, sent, pce } = await policyWorld([updateContainerWorkloadProfile], {
  estate: breadthEstate(),
});
const profiles = `/orgs/1/container_clusters/${CLUSTER.prod}/container_workload_profiles`;
const shop = `${profiles}/${CLUSTER.shop}`;
const sandbox = `${profiles}/${CLUSTER.bare}`;

describe(tool, () => {
  it('plans, applies and takes back labels and mode of a namespace', async () => {
    const args = { profile_href: sandbox, assign_labels: ['app=CRM', 'env=Dev'], enforcement_mode: 'full' };
    const planned = await ok(tool, { ...args, dry_run: true });
    expect(planned.structured['warnings']).toEqual([
      'sandbox from visibility_only to full: blocks everything that no active rule allows',
    ]);
    expect(await sent()).toEqual([]);
    const plan = String(planned.structured['plan_id']);
    await desk.apply(plan);
    expect(await sent()).toEqual([`PUT ${sandbox}`]);
    expect(await read(sandbox)).toMatchObject({
      enforcement_mode: 'full',
      labels: [{ assignment: { value: 'CRM' } }, { assignment: { value: 'Dev' } }],
    });
    const workloads = await pce.list('/orgs/1/kubernetes_workloads', { namespace: 'sandbox' });
    expect(workloads[0]).toMatchObject({ enforcement_mode: 'full', labels: [{ value: 'CRM' }, { value: 'Dev' }] });
    await desk.undo(plan, { dryRun: false });
    expect(await read(sandbox)).toMatchObject({ enforcement_mode: 'visibility_only', labels: [], assign_labels: [] });
  });

  it('keeps choices of keys it does not assign, takes the reference server’s form, and says what widens', async () => {
    const labels = [
      { key: 'app', assignment: { href: '/orgs/1/labels/3' } },
      { key: 'env', restriction: [{ href: '/orgs/1/labels/5' }] },
    ];
    await pce.send({ method: 'PUT', path: shop, body: { labels } });
    await sent();
    const { structured } = await ok(tool, {
      profile_href: shop,
      assign_labels: [{ href: '/orgs/1/labels/4' }],
      managed: false,
    });
    expect(structured['updated_fields']).toEqual(['managed', 'labels']);
    expect(structured['widening']).toEqual(['shop is no longer managed: nothing is enforced on its pods']);
    expect(await read(shop)).toMatchObject({
      managed: false,
      labels: [
        { key: 'app', assignment: { value: 'CRM' } },
        { key: 'env', restriction: [{ value: 'Prod' }] },
      ],
    });
    await desk.undo(String(structured['plan_id']), { dryRun: false });
    expect(await read(shop)).toMatchObject({
      managed: true,
      labels: [{ assignment: { value: 'Ordering' } }, { key: 'env' }],
    });
  });

  it.each([
    ['an unknown label', { assign_labels: ['app=Nope'] }, 'label_not_found'],
    ['a key twice', { assign_labels: ['env=Dev', 'env=Prod'] }, 'invalid_arguments'],
    ['nothing', {}, 'invalid_arguments'],
    ['what it is already', { managed: true }, 'nothing_to_change'],
    ['another kind of object', { profile_href: '/orgs/1/labels/1', managed: true }, 'invalid_href'],
    ['a profile that is not there', { profile_href: `${profiles}/none`, managed: true }, 'not_found'],
  ])('refuses %s', async (_what, args, code) => {
    await sent();
    expect((await refused(tool, { profile_href: shop, ...args })).error).toBe(code);
    expect(await sent()).toEqual([]);
  });
});
