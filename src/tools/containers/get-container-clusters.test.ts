import { describe, expect, it } from 'vitest';
import { policyWorld } from '../../../test/changes/policy-world.ts';
import { readContainerCluster } from '../../pce/resources/containers.ts';
import { breadthEstate } from '../../simulator/testing/breadth-estate.ts';
import getContainerClusters from './get-container-clusters.ts';

const { ok } = await policyWorld([getContainerClusters], { estate: breadthEstate() });

describe('get-container-clusters', () => {
  it('names nodes where the release tells their names', () => {
    const wire = { href: '/orgs/1/container_clusters/c', name: 'c', nodes: [{ name: 'node-1' }, { machine_id: 'x' }] };
    expect(readContainerCluster(wire, '1').nodes).toEqual(['node-1', null]);
  });

  it('lists clusters with their nodes and mode', async () => {
    const { structured, text } = await ok('get-container-clusters', {});
    expect(structured.answer).toBe('2 container clusters, 2 online.');
    expect(structured.items).toMatchObject([
      { name: 'k8s-dev', clas_mode: false, cluster_mode: 'legacy' },
      {
        name: 'k8s-prod',
        clas_mode: true,
        node_count: 1,
        nodes: [],
        errors: [],
      },
    ]);
    expect(text).toContain('Kubernetes v1.28.9');
  });

  it('says when a limit cut the list, and when nothing matches', async () => {
    const { structured } = await ok('get-container-clusters', { max_results: 1 });
    expect([structured.coverage.truncated, structured.totals['total_count']]).toEqual([true, 2]);
    expect((await ok('get-container-clusters', { name: 'zzz' })).structured.answer).toBe(
      'No container cluster matches.',
    );
  });
});
