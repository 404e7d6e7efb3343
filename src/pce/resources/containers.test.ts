import { describe, expect, it } from 'vitest';
import { readContainerCluster, readContainerProfile, readKubernetesWorkload } from './containers.ts';
import { readPairingProfile } from './pairing.ts';
import { readServiceBinding } from './service-bindings.ts';

const cluster = {
  href: '/orgs/1/container_clusters/c1',
  name: 'k8s',
  clas_mode: true,
  online: true,
  errors: [{ error_type: 'dup' }],
};
const profile = {
  href: '/orgs/1/container_clusters/c1/container_workload_profiles/p1',
  namespace: 'shop',
  managed: true,
  enforcement_mode: 'full',
  labels: [
    { key: 'app', assignment: { href: '/orgs/1/labels/3', value: 'Shop' } },
    { key: 'env', restriction: [{ href: '/orgs/1/labels/5' }] },
  ],
};
const workload = { href: '/orgs/1/kubernetes_workloads/k1', name: 'api', kind: 'Deployment', namespace: 'shop' };
// As the fixtures of the Python SDK have it (objects.md §6.8).
const pairing = {
  href: '/orgs/1/pairing_profiles/1',
  name: 'Default',
  enabled: true,
  total_use_count: 7,
  mode: 'illuminated',
  key_lifespan: 'unlimited',
  allowed_uses_per_key: 5,
};
const binding = {
  href: '/orgs/1/service_bindings/b1',
  bound_service: { href: '/orgs/1/sec_policy/active/virtual_services/v1' },
  workload: { href: '/orgs/1/workloads/w1' },
  port_overrides: [{ port: 80, proto: 6, new_port: 8080 }, { new_port: 9 }],
};

describe('containers, pairing profiles and bindings', () => {
  it('are read from what old and new releases send', () => {
    expect(readContainerCluster(cluster, '1')).toMatchObject({ mode: 'clas', errors: ['dup'], nodes: [] });
    expect(readContainerProfile(profile, '1').labels).toEqual([
      { key: 'app', kind: 'assignment', hrefs: ['/orgs/1/labels/3'] },
      { key: 'env', kind: 'restriction', hrefs: ['/orgs/1/labels/5'] },
    ]);
    const older = { ...profile, labels: undefined, assign_labels: [{ href: '/orgs/1/labels/3' }] };
    expect(readContainerProfile(older, '1').labels).toEqual([
      { key: '', kind: 'assignment', hrefs: ['/orgs/1/labels/3'] },
    ]);
    expect(readKubernetesWorkload(workload, '1')).toMatchObject({ cluster: null, labels: [], mode: 'visibility_only' });
    expect(readPairingProfile(pairing, '1')).toMatchObject({
      mode: 'illuminated',
      keyLifespan: 'unlimited',
      usesPerKey: '5',
    });
    expect(readServiceBinding(binding, '1').portOverrides).toEqual([
      { proto: 6, port: 80, newPort: 8080, newToPort: null },
    ]);
  });

  it.each([
    ['an href of another org', () => readContainerCluster({ ...cluster, href: '/orgs/2/container_clusters/c1' }, '1')],
    [
      'a label of another org',
      () =>
        readContainerProfile({ ...profile, labels: [{ key: 'app', assignment: { href: '/orgs/2/labels/3' } }] }, '1'),
    ],
    ['a mode nobody knows', () => readContainerProfile({ ...profile, enforcement_mode: 'strict' }, '1')],
    ['no kind', () => readKubernetesWorkload({ ...workload, kind: null }, '1')],
    ['a count that is text', () => readPairingProfile({ ...pairing, total_use_count: '7' }, '1')],
    ['no virtual service', () => readServiceBinding({ ...binding, bound_service: undefined }, '1')],
    ['no workload', () => readServiceBinding({ ...binding, workload: null }, '1')],
  ])('with %s are refused', (_what, read) => {
    expect(read).toThrow(expect.objectContaining({ code: 'pce_bad_answer' }));
  });
});
