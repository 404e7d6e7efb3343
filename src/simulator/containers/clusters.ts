import { createHash } from 'node:crypto';
import type { JsonObject } from '../../core/json.ts';
import { flagParam } from '../http/query.ts';
import { collection, type Route } from '../http/route.ts';
import { flag, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { hrefOf, objectsIn } from '../lifecycle/body.ts';
import { capsFor, isoTime } from '../objects/wire.ts';
import { textFilter } from '../records/fields.ts';
import type { RecordKind } from '../records/record-kind.ts';
import { createRecord, recordChange, recordOf, recordRoutes, renderRecord } from '../records/record-routes.ts';
import type { WorldState } from '../world-state.ts';
import { DEFAULT_PROFILE } from './seed.ts';

const fields = { name: text, description: text, datacenter_nat_1to1: flag } as const;
const checkPost = bodyCheck<JsonObject>('container_clusters_post', record(fields));

export const clusterKind: RecordKind = {
  collection: 'container_clusters',
  path: '/orgs/:org/container_clusters',
  singular: 'container_cluster',
  schema: 'container_clusters_get',
  ids: 'uuid',
  checkPut: bodyCheck<JsonObject>('container_clusters_put', record(fields)),
  nameTaken: ['name_must_be_unique', 'Name must be unique'],
  // A new cluster is a name until its Kubelink reports.
  body: (world, given, before) => ({
    name: '',
    description: '',
    nodes: [],
    container_runtime: null,
    manager_type: null,
    last_connected: null,
    online: false,
    errors: [],
    kubelink_version: null,
    pce_fqdn: world.estate.pceFqdn,
    cluster_mode: 'legacy',
    clas_mode: false,
    datacenter_nat_1to1: false,
    ...before?.body,
    ...given,
  }),
  render: (_world, { body }, { caller }) => ({
    ...body,
    nodes: objectsIn(body['nodes']).map(({ workload: _workload, ...node }) => node),
    caps: capsFor(caller, ['write']),
  }),
  removed(world, { id }) {
    for (const profile of world.records.below('container_workload_profiles', id)) {
      for (const below of ['kubernetes_workloads', 'container_workloads'] as const)
        for (const workload of world.records.below(below, profile.id)) world.records.remove(below, workload.id);
      world.records.remove('container_workload_profiles', profile.id);
    }
    for (const backend of world.records.below('service_backends', id))
      world.records.remove('service_backends', backend.id);
  },
  filter(_world, query) {
    const texts = textFilter(query);
    const clas = flagParam(query, 'clas_mode');
    return (own) => texts(own) && (clas === undefined || own.body['clas_mode'] === clas);
  },
};

/** A cluster comes with its default profile, and with the token its Kubelink pairs with: the only time that is shown. */
const create: Route<WorldState> = {
  method: 'POST',
  path: clusterKind.path,
  access: 'write',
  schema: 'container_clusters_get',
  handle(request) {
    const { world, caller } = request;
    const cluster = createRecord(clusterKind, request, checkPost(request.body), null);
    const { createdMs, createdBy, updatedMs, updatedBy } = cluster;
    world.records.put('container_workload_profiles', {
      id: world.ids.uuid(),
      parent: cluster.id,
      body: DEFAULT_PROFILE,
      createdMs,
      createdBy,
      updatedMs,
      updatedBy,
    });
    request.audit('container_cluster.create', [recordChange(world, clusterKind, null, cluster)]);
    const token = createHash('sha256')
      .update(`${world.estate.seed}/cluster-token/${cluster.id}/${caller.href}`)
      .digest('hex');
    return {
      status: 201,
      json: { ...renderRecord(clusterKind, request)(cluster), container_cluster_token: `${cluster.id}_${token}` },
    };
  },
};

const backends: Route<WorldState> = {
  method: 'GET',
  path: `${clusterKind.path}/:id/service_backends`,
  access: 'read',
  collection: true,
  schema: 'container_clusters_service_backends_get',
  handle(request) {
    const { world } = request;
    const cluster = recordOf(clusterKind, request);
    const found = world.records.below('service_backends', cluster.id).flatMap((backend) => {
      const draft = hrefOf(backend.body['virtual_service']) ?? '';
      const object = world.policies.byHref(draft);
      if (!object) return [];
      const { virtual_service: _draft, ...body } = backend.body;
      return [
        {
          ...body,
          created_at: isoTime(backend.createdMs),
          updated_at: isoTime(backend.updatedMs),
          virtual_services: {
            href: world.policies.href(object, 'active'),
            name: world.policies.inObject(object, 'draft')?.body['name'] ?? '',
          },
        },
      ];
    });
    return collection(found, found.length, (backend) => backend);
  },
};

/** Clusters whose Kubelink reports to the PCE. */
export const clusterRoutes: readonly Route<WorldState>[] = [...recordRoutes(clusterKind), create, backends];
