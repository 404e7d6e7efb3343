import { describe, expect, it } from 'vitest';
import { policyWorld } from '../../../test/changes/policy-world.ts';
import { breadthEstate, CLUSTER } from '../../simulator/testing/breadth-estate.ts';
import getKubernetesWorkloads from './get-kubernetes-workloads.ts';

const tool = 'get-kubernetes-workloads';
const { ok, refused, pce } = await policyWorld([getKubernetesWorkloads], { estate: breadthEstate() });

describe(tool, () => {
  it('agrees with the PCE on what runs where, and says what it cannot see', async () => {
    const { structured } = await ok(tool, {});
    const wire = await pce.list('/orgs/1/kubernetes_workloads');
    expect(wire.length).toBeGreaterThan(1);
    expect(structured.totals['total_count']).toBe(wire.length);
    expect(new Set(structured.items.map((item) => item['href']))).toEqual(new Set(wire.map(({ href }) => href)));
    expect(structured.items.find((item) => item['namespace'] === 'shop')).toMatchObject({
      cluster: 'k8s-prod',
      labels: ['app=Ordering', 'env=Prod'],
      security_policy_sync_state: 'applied',
    });
    expect(structured.totals['unlabelled']).toBe(wire.filter(({ namespace }) => namespace === 'sandbox').length);
    expect(structured.coverage.gaps).toEqual([
      'what runs in k8s-dev: not in CLAS mode, so the PCE lists its pods only',
    ]);
  });

  it('filters by cluster, namespace, labels and mode', async () => {
    const count = async (args: object) => (await ok(tool, args)).structured.items.length;
    const shop = await count({ namespace: 'shop' });
    expect(shop).toBeGreaterThan(0);
    expect(await count({ labels: 'app=Ordering' })).toBe(shop);
    expect(await count({ labels: 'app=CRM' })).toBe(0);
    expect(await count({ cluster_href: 'k8s-prod', namespace: 'shop' })).toBe(shop);
    expect(await count({ cluster_href: `/orgs/1/container_clusters/${CLUSTER.dev}` })).toBe(0);
    expect(await count({ enforcement_mode: 'full' })).toBe(0);
    expect((await refused(tool, { labels: 'app=Nope' })).error).toBe('label_not_found');
  });
});
