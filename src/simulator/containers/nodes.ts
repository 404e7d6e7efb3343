import type { JsonObject } from '../../core/json.ts';
import { listParam } from '../http/query.ts';
import { hrefOf, objectsIn, textIn } from '../lifecycle/body.ts';
import type { StoredWorkload } from '../objects/workload-store.ts';
import type { StoredRecord } from '../records/record-store.ts';
import type { WorldState } from '../world-state.ts';

const byNode = new WeakMap<readonly StoredRecord[], ReadonlyMap<string, StoredRecord>>();

/** The clusters by the workloads that are their nodes; made anew when a cluster changes, which gives the store another list. */
function nodesOf({ records }: WorldState): ReadonlyMap<string, StoredRecord> {
  const clusters = records.all('container_clusters');
  const known = byNode.get(clusters);
  if (known) return known;
  const made = new Map(
    clusters.flatMap((cluster) =>
      objectsIn(cluster.body['nodes']).flatMap(({ workload }) => {
        const id = textIn(workload);
        return id === null ? [] : [[id, cluster] as const];
      }),
    ),
  );
  byNode.set(clusters, made);
  return made;
}

/** The cluster a host is a node of, as workloads and VENs show it. */
export function clusterOfNode(world: WorldState, { record }: StoredWorkload): JsonObject | null {
  const cluster = nodesOf(world).get(record.id);
  return cluster
    ? { href: `/orgs/${world.orgId}/container_clusters/${cluster.id}`, name: cluster.body['name'] ?? '' }
    : null;
}

/** The `container_clusters` filter of workloads and VENs: nodes of any of them. */
export function clusterFilter(
  world: WorldState,
  query: URLSearchParams,
): ((workload: StoredWorkload) => boolean) | null {
  const wanted = listParam(query, 'container_clusters');
  if (!wanted || wanted.length === 0) return null;
  return (workload) => wanted.includes(hrefOf(clusterOfNode(world, workload)) ?? '');
}
