import { describe, expect, it } from 'vitest';
import { policyWorld } from '../../../test/changes/policy-world.ts';
import { NOW_MS } from '../../../test/catalogue/simulated.ts';
import { unlabelledNamespaces } from '../../simulator/estates/containers.ts';
import { buildEstate } from '../../simulator/estates/index.ts';
import { breadthEstate, CLUSTER } from '../../simulator/testing/breadth-estate.ts';
import getContainerWorkloadProfiles from './get-container-workload-profiles.ts';

const tool = 'get-container-workload-profiles';
const { ok, refused, pce } = await policyWorld([getContainerWorkloadProfiles], { estate: breadthEstate() });
const namespaces = async (args: object) => (await ok(tool, args)).structured.items.map((item) => item['namespace']);

describe(tool, () => {
  it('lists the namespaces of every cluster, and which nobody labelled', async () => {
    const { structured } = await ok(tool, {});
    expect(structured.answer).toBe('6 profiles in 2 clusters: 3 managed, 1 of them without a label.');
    expect(structured.totals).toMatchObject({
      managed: 3,
      unlabelled: 1,
      clusters: 2,
      by_mode: { visibility_only: 3 },
    });
    expect(
      structured.items.find((item) => item['namespace'] === 'shop' && item['cluster'] === 'k8s-prod'),
    ).toMatchObject({
      labels: ['app=Ordering', 'env=Prod'],
      label_choices: [],
    });
    expect(await namespaces({ unlabelled: true })).toEqual(['sandbox']);
  });

  it('takes one cluster by href or exact name, and filters', async () => {
    const href = `/orgs/1/container_clusters/${CLUSTER.dev}`;
    expect(await namespaces({ cluster_href: href, managed: true })).toEqual(['shop']);
    expect(await namespaces({ cluster_href: 'k8s-prod', namespace: 'kube' })).toEqual(['kube-system']);
    const { error, candidates } = await refused(tool, { cluster_href: 'k8s' });
    expect([error, candidates]).toEqual(['not_found', ['k8s-prod', 'k8s-dev']]);
    expect((await refused(tool, { cluster_href: '/orgs/1/labels/1' })).error).toBe('invalid_href');
  });

  it('shows choices that are left to a namespace', async () => {
    const path = `/orgs/1/container_clusters/${CLUSTER.prod}/container_workload_profiles/${CLUSTER.bare}`;
    const restriction = [{ href: '/orgs/1/labels/5' }, { href: '/orgs/1/labels/6' }];
    await pce.send({ method: 'PUT', path, body: { labels: [{ key: 'env', restriction }] } });
    const { structured } = await ok(tool, { namespace: 'sandbox' });
    expect(structured.items).toMatchObject([{ labels: [], label_choices: ['env=Prod or env=Dev'] }]);
    expect(structured.totals['unlabelled']).toBe(0);
  });
});

describe(`${tool} on the demo estate`, () => {
  it('finds the namespaces nobody labelled (P26)', async () => {
    const seed = 7;
    const on = await policyWorld([getContainerWorkloadProfiles], {
      estate: buildEstate({ profile: 'mid', seed, nowMs: NOW_MS }),
    });
    const { structured } = await on.ok(tool, { unlabelled: true });
    expect(new Set(structured.items.map((item) => item['namespace']))).toEqual(new Set(unlabelledNamespaces(seed)));
  });
});
