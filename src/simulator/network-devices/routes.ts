import type { JsonObject } from '../../core/json.ts';
import { requireGlobal } from '../auth/scope.ts';
import { exact, partial } from '../http/query.ts';
import { invalidUri, notFound } from '../http/refusals.ts';
import type { Request, ResourceChange, Route } from '../http/route.ts';
import { flag, hrefObject, integer, list, oneOf, open, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { hrefOf, isJsonObject, objectsIn, textIn } from '../lifecycle/body.ts';
import { idIn, isoTime } from '../objects/wire.ts';
import type { RecordKind } from '../records/record-kind.ts';
import {
  createRecord,
  recordChange,
  recordHref,
  recordOf,
  recordRoutes,
  renderRecord,
} from '../records/record-routes.ts';
import type { StoredRecord } from '../records/record-store.ts';
import type { WorldState } from '../world-state.ts';

type Call = Request<WorldState>;

const DEVICES = 'network_devices';
const ENDPOINTS = 'network_endpoints';

const config = record({
  name: text,
  description: text,
  device_type: text,
  manufacturer: text,
  model: text,
  ip_address: text,
  credentials: record({ type: oneOf('cli', 'api'), port: integer, username: text, password: text }),
  rules_format: oneOf('cli', 'json'),
});

const configOf = ({ body }: StoredRecord): JsonObject => (isJsonObject(body['config']) ? body['config'] : {});

/** A password goes to the node that logs in with it; it is not kept, so it cannot be shown. */
function kept(given: JsonObject): JsonObject {
  const { credentials, ...rest } = given;
  if (!isJsonObject(credentials)) return rest;
  const { password: _password, ...shown } = credentials;
  return { ...rest, credentials: shown };
}

const deviceKind: RecordKind = {
  collection: DEVICES,
  path: '/orgs/:org/network_devices',
  singular: 'network_device',
  schema: 'network_devices_get',
  ids: 'uuid',
  // The body of a write is the configuration itself; a new device also learns which node it is behind.
  checkPut: bodyCheck<JsonObject>('network_devices_put', config),
  body: (_world, { network_enforcement_node: node, ...given }, before) => ({
    supported_endpoint_type: 'switch_port',
    configure: false,
    enforcement_instructions_generation_in_progress: false,
    status: 'unmonitored',
    ...(node !== undefined && { network_enforcement_node: node }),
    ...before?.body,
    config: { ...(before && configOf(before)), ...kept(given) },
  }),
  render: (world, own) => ({
    ...own.body,
    network_endpoints: world.records
      .below(ENDPOINTS, own.id)
      .map((endpoint) => ({ href: recordHref(world, endpointKind, endpoint) })),
  }),
  removed({ records }, { id }) {
    for (const endpoint of records.below(ENDPOINTS, id)) records.remove(ENDPOINTS, endpoint.id);
  },
  filter(_world, query) {
    const name = partial(query, 'name');
    const exactly = (['device_type', 'manufacturer', 'model'] as const).map(
      (field) => [field, exact(query, field)] as const,
    );
    return (own) =>
      name(textIn(configOf(own)['name'])) && exactly.every(([field, test]) => test(textIn(configOf(own)[field])));
  },
};

const endpointFields = {
  config: record({ endpoint_type: text, name: text, traffic_flow_id: text, workload_discovery: flag }),
  workloads: list(hrefObject),
};

const endpointKind: RecordKind = {
  collection: ENDPOINTS,
  path: '/orgs/:org/network_devices/:parent/network_endpoints',
  parents: DEVICES,
  singular: 'network_endpoint',
  schema: 'network_devices_network_endpoints_get',
  ids: 'uuid',
  checkPost: bodyCheck<JsonObject>('network_devices_network_endpoints_post', record(endpointFields, ['config'])),
  checkPut: bodyCheck<JsonObject>('network_devices_network_endpoints_put', record(endpointFields)),
  body: (_world, given, before) => ({
    workloads: [],
    status: 'unmonitored',
    ...before?.body,
    ...given,
    config: { ...(before && configOf(before)), ...(isJsonObject(given['config']) && given['config']) },
  }),
  render: ({ orgId }, own) => ({
    ...own.body,
    workload_discovery: configOf(own)['workload_discovery'] === true,
    network_device: { href: `/orgs/${orgId}/network_devices/${own.parent ?? ''}` },
  }),
};

const checkConfig = bodyCheck<JsonObject>('network_enforcement_nodes_network_devices_post', config);

/** A device is added to the node that will speak to it. */
function addDevice(request: Call) {
  const { world, params, audit } = request;
  const node = world.records.get('network_enforcement_nodes', params['id'] ?? '');
  if (!node) throw notFound();
  const href = `/orgs/${world.orgId}/network_enforcement_nodes/${node.id}`;
  const given = { ...checkConfig(request.body), network_enforcement_node: { href } };
  const device = createRecord(deviceKind, request, given, null);
  audit('network_device.create', [recordChange(world, deviceKind, null, device)]);
  return { status: 201, json: renderRecord(deviceKind, request)(device) };
}

const checkOne = bodyCheck<JsonObject>('network_devices_enforcement_instructions_post', open({}));
const checkMany = bodyCheck<JsonObject>('network_devices_multi_enforcement_instructions_post', {
  ...open({
    all_devices: { type: 'boolean', enum: [true] },
    network_devices: { type: 'array', items: open({ href: text }) },
  }),
  oneOf: [{ required: ['all_devices'] }, { required: ['network_devices'] }],
});

/** When instructions were last made for a device, or last reported as applied; what is in them is the node's affair. */
function instruct(request: Call, devices: readonly StoredRecord[], what: 'data' | 'ack') {
  const { world, caller, audit } = request;
  requireGlobal(caller);
  const now = world.clock.now();
  const changes = devices.map((before): ResourceChange => {
    const body = { ...before.body, [`enforcement_instructions_${what}_timestamp`]: isoTime(now) };
    const after = { ...before, body, updatedMs: now, updatedBy: caller.href };
    world.records.put(DEVICES, after);
    return recordChange(world, deviceKind, before, after);
  });
  audit(what === 'data' ? 'network_device.update' : 'network_device.ack_enforcement_instructions_applied', changes);
  return { status: 204 };
}

function named({ world, body }: Call): readonly StoredRecord[] {
  const given = checkMany(body);
  if (given['all_devices'] === true) return world.records.all(DEVICES);
  return objectsIn(given['network_devices']).map((item) => {
    const href = hrefOf(item) ?? '';
    const device = world.records.get(DEVICES, idIn(`/orgs/${world.orgId}/network_devices`, href) ?? '');
    if (!device) throw invalidUri(href);
    return device;
  });
}

const instructions = (['request', 'applied'] as const).flatMap((verb): Route<WorldState>[] => {
  const what = verb === 'request' ? 'data' : 'ack';
  return [
    {
      method: 'POST',
      path: `${deviceKind.path}/multi_enforcement_instructions_${verb}`,
      access: 'write',
      handle: (request) => instruct(request, named(request), what),
    },
    {
      method: 'POST',
      path: `${deviceKind.path}/:id/enforcement_instructions_${verb}`,
      access: 'write',
      handle(request) {
        checkOne(request.body ?? {});
        return instruct(request, [recordOf(deviceKind, request)], what);
      },
    },
  ];
});

/** Switches that enforce for hosts without a VEN, and what is plugged into them. */
export const networkDeviceRoutes: readonly Route<WorldState>[] = [
  ...instructions,
  {
    method: 'POST',
    path: '/orgs/:org/network_enforcement_nodes/:id/network_devices',
    access: 'write',
    schema: 'network_devices_get',
    handle: addDevice,
  },
  ...recordRoutes(deviceKind, ['GET', 'PUT', 'DELETE']),
  ...recordRoutes(endpointKind),
];
