import { hashOf, uuidOf } from '../random.ts';
import { DAY } from './calendar.ts';
import type { ContainerClusterRecord, VersionedSeed, WorkloadRecord } from './estate.ts';
import type { Host } from './host.ts';
import type { LabelIndex } from './labels.ts';
import { provisioned } from './policy/seeds.ts';
import { createRandom } from '../random.ts';

const NAMESPACES = [
  'loyalty',
  'loyalty-db',
  'catalogue',
  'basket',
  'checkout',
  'pricing',
  'promotions',
  'reviews',
  'search-api',
  'recommend',
  'stock',
  'stores-api',
  'mobile-bff',
  'web-bff',
  'images',
  'mailer',
  'returns',
  'gift-cards',
  'fraud-score',
  'analytics',
  'feature-flags',
  'kube-system',
  'monitoring',
  'logging',
  'cert-manager',
  'ingress-nginx',
  'sandbox-a',
  'sandbox-b',
] as const;

/** Namespaces of the production cluster whose profile has no labels (planted issue P26): two, chosen by the seed. */
export function unlabelledNamespaces(seed: number): readonly string[] {
  const first = hashOf(seed, 'namespaces') % NAMESPACES.length;
  return [first, (first + 11) % NAMESPACES.length].map((place) => NAMESPACES[place] ?? '');
}

/** Namespaces of the one cluster of an estate that has no hosts for it: its nodes are paired with nothing. */
const FEW = 4;

/** The two clusters of the shop: 28 namespaces in production, a dozen in development. */
export function buildClusters(
  hosts: readonly Host[],
  labels: LabelIndex,
  seed: number,
  nowMs: number,
): ContainerClusterRecord[] {
  const forgotten = new Set(unlabelledNamespaces(seed));
  return (['prod', 'dev'] as const).flatMap((env) => {
    const nodes = hosts.filter((host) => host.spec === 'k8s-retail' && host.copy === '' && host.env === env);
    const hosted = nodes.length > 0;
    if (!hosted && env === 'dev') return [];
    const ids = ['app=k8s-retail', `env=${env}`, 'bu=retail'].flatMap((text) => labels.get(text) ?? []);
    return [
      {
        id: uuidOf(seed, 'cluster', env),
        name: `k8s-retail-${env}`,
        kubernetesVersion: env === 'prod' ? 'v1.28.9' : 'v1.30.1',
        online: true,
        createdMs: nowMs - 410 * DAY,
        labels: ids,
        nodes: nodes.map((host) => host.id),
        namespaces: NAMESPACES.slice(0, hosted ? (env === 'prod' ? NAMESPACES.length : 12) : FEW).map((name) => ({
          id: uuidOf(seed, 'namespace', env, name),
          name,
          managed: name !== 'kube-system',
          labels: env === 'prod' && forgotten.has(name) ? [] : ids,
          enforcementMode: 'visibility_only' as const satisfies WorkloadRecord['enforcementMode'],
        })),
      },
    ];
  });
}

/** The services the loyalty program offers inside the cluster. */
export function buildVirtualServices(orgId: number, labels: LabelIndex, seed: number, nowMs: number): VersionedSeed[] {
  const random = createRandom(seed, 'virtual-services');
  const ids = ['app=k8s-retail', 'env=prod', 'role=worker'].flatMap((text) => labels.get(text) ?? []);
  if (ids.length < 3) return [];
  return (
    [
      ['loyalty-api', 30_443],
      ['loyalty-db', 30_432],
    ] as const
  ).map(([name, port]) =>
    provisioned(
      uuidOf(seed, 'virtual-service', name),
      {
        name,
        description: null,
        pce_fqdn: null,
        service_ports: [{ port, proto: 6 }],
        service_addresses: [],
        labels: ids.map((id) => ({ href: `/orgs/${orgId}/labels/${id}` })),
        ip_overrides: [],
        apply_to: 'host_only',
      },
      0,
      random,
      nowMs,
    ),
  );
}
