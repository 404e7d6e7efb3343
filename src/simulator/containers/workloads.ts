import type { JsonObject } from '../../core/json.ts';
import type { Href } from '../../core/href.ts';
import type { EnforcementMode } from '../../model/inventory.ts';
import type { SourceWorkload } from '../../model/policy/source.ts';
import { scopeTest } from '../auth/scope.ts';
import { exact, flagParam, listParam, partial, timeRangeParam } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { hrefOf, objectsIn, textIn } from '../lifecycle/body.ts';
import { labelFilter } from '../objects/label-filter.ts';
import { isoTime, labelHref, lastSegment } from '../objects/wire.ts';
import { labelRefs } from '../objects/workload-wire.ts';
import type { RecordKind } from '../records/record-kind.ts';
import { auditFields, recordHref, recordRoutes } from '../records/record-routes.ts';
import type { RecordStore, StoredRecord } from '../records/record-store.ts';
import type { WorldState } from '../world-state.ts';
import { assignedLabels, profileKind } from './profiles.ts';

const profileOf = (records: RecordStore, { parent }: StoredRecord): StoredRecord | undefined =>
  records.get(profileKind.collection, parent ?? '');

const labelsOf = (world: Pick<WorldState, 'orgId' | 'records'>, own: StoredRecord): readonly number[] => {
  const profile = profileOf(world.records, own);
  return profile ? assignedLabels(world, profile) : [];
};

/** When its VEN or Kubelink had the policy that holds now: labels and mode are its profile's. */
const appliedMs = ({ records }: WorldState, own: StoredRecord): number =>
  Math.max(own.createdMs, profileOf(records, own)?.updatedMs ?? 0);

/** A namespace that is not managed reports nothing. */
const seen: RecordKind['visible'] = (world, caller) => {
  const covers = scopeTest(world, caller);
  return (own) => profileOf(world.records, own)?.body['managed'] === true && covers(labelsOf(world, own));
};

/** What the workloads of both kinds of cluster have in common: everything but their names comes from the profile of their namespace. */
function rendered(world: WorldState, own: StoredRecord): JsonObject {
  const profile = profileOf(world.records, own);
  const cluster = world.records.get('container_clusters', profile?.parent ?? '');
  return {
    ...own.body,
    labels: labelRefs(world, labelsOf(world, own)),
    enforcement_mode: profile?.body['enforcement_mode'] ?? 'visibility_only',
    visibility_level: profile?.body['visibility_level'] ?? 'flow_summary',
    ...(profile && {
      container_workload_profile: { href: recordHref(world, profileKind, profile), name: profile.body['name'] },
    }),
    container_cluster: { href: hrefOf(own.body['container_cluster']), name: cluster?.body['name'] ?? '' },
    security_policy_applied_at: isoTime(appliedMs(world, own)),
    security_policy_sync_state: 'applied',
  };
}

const filter: RecordKind['filter'] = (world, query) => {
  const name = partial(query, 'name');
  const namespace = partial(query, 'namespace');
  const kind = exact(query, 'kind');
  const mode = exact(query, 'enforcement_mode');
  const visibility = exact(query, 'visibility_level');
  const sync = exact(query, 'security_policy_sync_state');
  const labels = labelFilter(world, query);
  const noLabels = flagParam(query, 'no_labels');
  const clusters = listParam(query, 'container_clusters');
  const applied = timeRangeParam(query, 'security_policy_applied_at');
  return (own) => {
    const ids = labelsOf(world, own);
    const profile = profileOf(world.records, own);
    const at = appliedMs(world, own);
    return (
      name(textIn(own.body['name'])) &&
      namespace(textIn(own.body['namespace'])) &&
      kind(textIn(own.body['kind'])) &&
      mode(textIn(profile?.body['enforcement_mode'])) &&
      visibility(textIn(profile?.body['visibility_level'])) &&
      sync('applied') &&
      labels(ids) &&
      (noLabels !== true || ids.length === 0) &&
      (clusters === undefined ||
        clusters.length === 0 ||
        clusters.includes(hrefOf(own.body['container_cluster']) ?? '')) &&
      (applied === undefined || (at >= applied.from && at <= applied.to))
    );
  };
};

const kubernetesWorkloadKind: RecordKind = {
  collection: 'kubernetes_workloads',
  path: '/orgs/:org/kubernetes_workloads',
  singular: 'kubernetes_workload',
  schema: 'kubernetes_workloads_get',
  ids: 'uuid',
  body: (_world, given) => given,
  visible: seen,
  filter,
  render(world, own) {
    const { created_at, updated_at } = auditFields(own);
    return { ...rendered(world, own), created_at, updated_at };
  },
};

/** Private, so without a published schema; clusters that are not in CLAS mode report pods here. */
const containerWorkloadKind: RecordKind = {
  collection: 'container_workloads',
  path: '/orgs/:org/container_workloads',
  singular: 'container_workload',
  ids: 'uuid',
  body: (_world, given) => given,
  visible: seen,
  filter,
  render: (world, own) => ({ ...rendered(world, own), managed: true, ...auditFields(own) }),
};

/** What runs in the managed namespaces of clusters. */
export const containerWorkloadRoutes: readonly Route<WorldState>[] = [
  ...recordRoutes(kubernetesWorkloadKind, ['GET']),
  ...recordRoutes(containerWorkloadKind, ['GET']),
];

const MODES: readonly EnforcementMode[] = ['idle', 'visibility_only', 'selective', 'full'];

/** Pods as the policy engine reads them: workloads with the labels and the mode of their profile. */
export function sourcePods(records: RecordStore, orgId: number): readonly SourceWorkload[] {
  return records.all('container_workloads').flatMap((own): SourceWorkload[] => {
    const profile = profileOf(records, own);
    if (profile?.body['managed'] !== true) return [];
    const interfaces = objectsIn(own.body['interfaces']);
    return [
      {
        // The simulator's own href.
        href: `/orgs/${orgId}/container_workloads/${lastSegment(own.id)}` as Href,
        managed: true,
        mode: MODES.find((mode) => mode === profile.body['enforcement_mode']) ?? 'visibility_only',
        labels: assignedLabels({ orgId }, profile).map((id) => labelHref(orgId, id) as Href),
        addresses: interfaces.flatMap(({ address }) => textIn(address) ?? []),
        publicIp: null,
        subnets: interfaces.flatMap(({ address, cidr_block: bits }) =>
          typeof address === 'string' && typeof bits === 'number' ? [`${address}/${bits}`] : [],
        ),
        os: 'linux',
        endpoint: false,
      },
    ];
  });
}
