import type { JsonObject } from '../../core/json.ts';
import type { ContainerClusterRecord, Estate } from '../estates/estate.ts';
import { DAY, MINUTE } from '../estates/calendar.ts';
import { labelHref, userHref } from '../objects/wire.ts';
import { hashOf, uuidOf } from '../random.ts';
import type { StoredRecord } from '../records/record-store.ts';

/** Records of everything in an estate's clusters. */
export interface ContainerSeeds {
  readonly clusters: readonly StoredRecord[];
  readonly profiles: readonly StoredRecord[];
  readonly kubernetesWorkloads: readonly StoredRecord[];
  readonly containerWorkloads: readonly StoredRecord[];
  readonly serviceBackends: readonly StoredRecord[];
}

type Namespace = ContainerClusterRecord['namespaces'][number];

/** Clusters in CLAS mode report their workloads, the others their pods (users.md §5, objects.md appendix A). */
const isClas = ({ name }: ContainerClusterRecord): boolean => !name.endsWith('-dev');

export const DEFAULT_PROFILE: JsonObject = {
  name: 'Default Profile',
  namespace: null,
  description: '',
  labels: [],
  enforcement_mode: 'visibility_only',
  visibility_level: 'flow_summary',
  managed: false,
  linked: false,
  is_default: true,
};

const make = (id: string, parent: string | null, createdMs: number, body: JsonObject): StoredRecord => ({
  id,
  parent,
  body,
  createdMs,
  createdBy: userHref(0),
  updatedMs: createdMs,
  updatedBy: userHref(0),
});

export function containerSeeds(estate: Estate): ContainerSeeds {
  const clusters = estate.containerClusters ?? [];
  return {
    clusters: clusters.map((cluster) => clusterOf(estate, cluster)),
    profiles: clusters.flatMap((cluster) => profilesOf(estate, cluster)),
    kubernetesWorkloads: clusters.filter(isClas).flatMap((cluster) => deploymentsOf(estate, cluster)),
    containerWorkloads: clusters.filter((cluster) => !isClas(cluster)).flatMap((cluster) => podsOf(estate, cluster)),
    serviceBackends: clusters.flatMap((cluster) => backendsOf(estate, cluster)),
  };
}

function clusterOf({ seed, workloads, pceFqdn, nowMs }: Estate, cluster: ContainerClusterRecord): StoredRecord {
  const names = new Map(workloads.map(({ id, name, hostname }) => [id, hostname ?? name]));
  return make(cluster.id, null, cluster.createdMs, {
    name: cluster.name,
    description: '',
    nodes: cluster.nodes.map((id, index) => ({
      name: names.get(id) ?? null,
      machine_id: uuidOf(seed, 'machine', id).replaceAll('-', ''),
      pod_subnet: `10.244.${index}.0/24`,
      workload: id,
    })),
    container_runtime: 'containerd',
    manager_type: `Kubernetes ${cluster.kubernetesVersion}`,
    last_connected: new Date(nowMs - MINUTE).toISOString(),
    online: cluster.online,
    errors: [],
    kubelink_version: '5.2.1',
    pce_fqdn: pceFqdn,
    cluster_mode: isClas(cluster) ? 'clas' : 'legacy',
    clas_mode: isClas(cluster),
    datacenter_nat_1to1: false,
  });
}

const profilesOf = ({ seed, orgId, labels }: Estate, { id, createdMs, namespaces }: ContainerClusterRecord) => {
  const keys = new Map(labels.map((label) => [label.id, label.key]));
  return [
    make(uuidOf(seed, 'default-profile', id), id, createdMs, DEFAULT_PROFILE),
    ...namespaces.map((namespace) =>
      make(namespace.id, id, createdMs + DAY, {
        name: namespace.name,
        namespace: namespace.name,
        description: '',
        labels: namespace.labels.map((label) => ({
          key: keys.get(label) ?? '',
          assignment: { href: labelHref(orgId, label) },
        })),
        enforcement_mode: namespace.enforcementMode,
        visibility_level: 'flow_summary',
        managed: namespace.managed,
        linked: true,
        is_default: false,
      }),
    ),
  ];
};

/** One to three deployments in each namespace, and what keeps data as a set. */
const componentsOf = (
  seed: number,
  { name }: Namespace,
): readonly { readonly name: string; readonly kind: string }[] => {
  const kind = /db|logging|monitoring/.test(name) ? 'StatefulSet' : 'Deployment';
  const extra = ['', 'worker', 'cache'].slice(1, 1 + (hashOf(seed, 'components', name) % 3));
  return [{ name, kind }, ...extra.map((suffix) => ({ name: `${name}-${suffix}`, kind: 'Deployment' }))];
};

function deploymentsOf({ seed, orgId }: Estate, cluster: ContainerClusterRecord): readonly StoredRecord[] {
  return cluster.namespaces.flatMap((namespace) =>
    componentsOf(seed, namespace).map(({ name, kind }) => {
      const createdMs = cluster.createdMs + 2 * DAY;
      return make(uuidOf(seed, 'kubernetes-workload', cluster.id, namespace.name, name), namespace.id, createdMs, {
        name,
        namespace: namespace.name,
        kind,
        metadata: {
          labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': namespace.name },
          annotations: {},
          external_service_uid: uuidOf(seed, 'kubernetes-uid', cluster.id, namespace.name, name),
        },
        private_ip_addresses: [],
        container_cluster: { href: `/orgs/${orgId}/container_clusters/${cluster.id}` },
      });
    }),
  );
}

const PODS = 2;

function podsOf({ seed, orgId }: Estate, cluster: ContainerClusterRecord): readonly StoredRecord[] {
  let place = 0;
  return cluster.namespaces.flatMap((namespace) =>
    componentsOf(seed, namespace).flatMap(({ name }) =>
      Array.from({ length: PODS }, (_, copy) => {
        const node = cluster.nodes[place % cluster.nodes.length] ?? '';
        const subnet = place % cluster.nodes.length;
        const address = `10.244.${subnet}.${10 + Math.floor(place++ / cluster.nodes.length)}`;
        const id = uuidOf(seed, 'container-workload', cluster.id, namespace.name, name, copy);
        return make(id, namespace.id, cluster.createdMs + 2 * DAY, {
          name: `${name}-${hashOf(seed, 'pod', cluster.id, name, copy).toString(36)}`,
          namespace: namespace.name,
          os_type: 'linux',
          interfaces: [
            {
              name: 'eth0',
              address,
              cidr_block: 24,
              default_gateway_address: `10.244.${subnet}.1`,
              friendly_name: 'Pod network',
            },
          ],
          platform_labels: [{ key: 'app', value: name }],
          host: { href: `/orgs/${orgId}/workloads/${node}` },
          container_cluster: { href: `/orgs/${orgId}/container_clusters/${cluster.id}` },
        });
      }),
    ),
  );
}

/** Virtual services that Kubelink made for services of the cluster. */
function backendsOf(
  { seed, orgId, virtualServices }: Estate,
  cluster: ContainerClusterRecord,
): readonly StoredRecord[] {
  if (!isClas(cluster)) return [];
  const namespaces = new Set(cluster.namespaces.map(({ name }) => name));
  return virtualServices.flatMap(({ id, active, createdMs }) => {
    const name = typeof active?.['name'] === 'string' ? active['name'] : '';
    const namespace = [name, name.replace(/-api$/, '')].find((own) => namespaces.has(own));
    if (namespace === undefined) return [];
    return [
      make(uuidOf(seed, 'service-backend', id), cluster.id, createdMs, {
        name,
        kind: 'Deployment',
        namespace,
        virtual_service: { href: `/orgs/${orgId}/sec_policy/draft/virtual_services/${id}` },
      }),
    ];
  });
}
