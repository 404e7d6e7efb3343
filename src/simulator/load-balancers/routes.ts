import type { JsonObject } from '../../core/json.ts';
import { exact, flagParam, integerParam, partial, textParam } from '../http/query.ts';
import { invalidUri, refusedAs } from '../http/refusals.ts';
import type { Route } from '../http/route.ts';
import { flag, integer, list, oneOf, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { hrefOf, isJsonObject, objectsIn, textIn } from '../lifecycle/body.ts';
import type { Versioned } from '../lifecycle/policy-store.ts';
import { labelFilter } from '../objects/label-filter.ts';
import { lastSegment } from '../objects/wire.ts';
import { expandedLabels, labelIdsIn, textFilter } from '../records/fields.ts';
import type { RecordKind } from '../records/record-kind.ts';
import { auditFields, recordHref, recordRoutes } from '../records/record-routes.ts';
import type { StoredRecord } from '../records/record-store.ts';
import type { WorldState } from '../world-state.ts';
import { discoveredFilter } from './discovered-filter.ts';

const onlyHref = record({ href: text }, ['href']);

/** Virtual servers of the draft by the href of what they manage. */
const managers = (world: WorldState): ReadonlyMap<string | null, readonly Versioned[]> =>
  Map.groupBy(world.policies.inVersion('virtual_servers', 'draft'), ({ content }) =>
    hrefOf(content.body['discovered_virtual_server']),
  );

const nodeKind: RecordKind = {
  collection: 'network_enforcement_nodes',
  path: '/orgs/:org/network_enforcement_nodes',
  singular: 'network_enforcement_node',
  schema: 'network_enforcement_nodes_get',
  ids: 'uuid',
  checkPut: bodyCheck<JsonObject>('network_enforcement_nodes_put', record({ target_pce_fqdn: text })),
  body: (_world, given, before) => ({ ...before?.body, ...given }),
  render: ({ orgId, records }, { id, body }) => ({
    uuid: id,
    org_id: orgId,
    ...body,
    network_devices: records
      .all('network_devices')
      .filter((device) => hrefOf(device.body['network_enforcement_node'])?.endsWith(`/${id}`))
      .map((device) => ({ href: `/orgs/${orgId}/network_devices/${device.id}` })),
  }),
  filter(_world, query) {
    const condition = textParam(query, 'condition');
    const wanted = ['device_type', 'manufacturer', 'model'].flatMap((name) => textParam(query, name) ?? []);
    const health = textParam(query, 'health');
    return ({ body }) =>
      condition === undefined &&
      (health === undefined || health === 'healthy') &&
      wanted.every((word) => JSON.stringify(body['supported_devices']).includes(JSON.stringify(word)));
  },
};

const discoveredKind: RecordKind = {
  collection: 'discovered_virtual_servers',
  path: '/orgs/:org/discovered_virtual_servers',
  singular: 'discovered_virtual_server',
  schema: 'discovered_virtual_servers_get',
  ids: 'uuid',
  body: (_world, given) => given,
  render(world, own) {
    const [manager] = managers(world).get(recordHref(world, discoveredKind, own)) ?? [];
    return {
      ...own.body,
      nfc: { href: hrefOf(own.body['network_enforcement_node'])?.replace('/network_enforcement_nodes/', '/nfcs/') },
      virtual_server: manager
        ? {
            href: world.policies.href(manager.object),
            update_type: manager.object.draft?.updateType ?? null,
            mode: manager.content.body['mode'],
            labels: expandedLabels(world, manager.content.body['labels']),
          }
        : null,
      ...auditFields(own),
    };
  },
  filter(world, query) {
    const name = partial(query, 'name');
    const offered = discoveredFilter(world, query);
    const has = flagParam(query, 'has_virtual_server');
    const server = exact(query, 'virtual_server');
    const mode = exact(query, 'virtual_server_mode');
    const labels = labelFilter(world, renamed(query, 'virtual_server_labels', 'labels'));
    const wantsLabels = query.has('virtual_server_labels');
    const managed = managers(world);
    return (own) => {
      const [manager] = managed.get(recordHref(world, discoveredKind, own)) ?? [];
      return (
        name(textIn(own.body['name'])) &&
        offered(own) &&
        (has === undefined || has === (manager !== undefined)) &&
        server(manager && world.policies.href(manager.object)) &&
        mode(textIn(manager?.content.body['mode'])) &&
        (!wantsLabels || (manager !== undefined && labels(labelIdsIn(world, manager.content.body['labels']))))
      );
    };
  },
};

function renamed(query: URLSearchParams, from: string, to: string): URLSearchParams {
  const value = query.get(from);
  return new URLSearchParams(value === null ? {} : { [to]: value });
}

const config = {
  host: text,
  port: integer,
  credential_type: oneOf('password'),
  username: text,
  credential: { type: ['string', 'null'] },
  check_certificate: flag,
};
// The schema lists required fields beside a reference, where draft 4 does not look.
const device = record({ config: record(config) }, ['config']);
const slbFields = {
  name: text,
  description: text,
  nfc: onlyHref,
  network_enforcement_node: onlyHref,
  device_type: text,
};

/** A device as it is kept: its credential goes to the node and is never shown, so it is not kept either. */
function keptConfig(given: unknown, before: unknown): JsonObject {
  const { credential: _credential, ...shown } = isJsonObject(given) ? given : {};
  return { ...(isJsonObject(before) ? before : {}), ...shown };
}

const slbKind: RecordKind = {
  collection: 'slbs',
  path: '/orgs/:org/slbs',
  singular: 'slb',
  schema: 'slbs_get',
  ids: 'uuid',
  checkPost: bodyCheck<JsonObject>(
    'slbs_post',
    record({ ...slbFields, devices: list(device, { minItems: 1 }) }, ['name', 'device_type', 'devices']),
  ),
  checkPut: bodyCheck<JsonObject>(
    'slbs_put',
    record({ ...slbFields, devices: list(record({ href: text, config: record(config) }, ['href']), { minItems: 1 }) }),
  ),
  nameTaken: ['name_must_be_unique', 'Name must be unique'],
  literal: ['devices', 'nfc'],
  body(world, given, before) {
    const [node] = world.records.all('network_enforcement_nodes');
    const { nfc, devices, ...rest } = given;
    const chosen =
      hrefOf(rest['network_enforcement_node']) ?? hrefOf(nfc)?.replace('/nfcs/', '/network_enforcement_nodes/');
    const known = objectsIn(before?.body['devices']);
    return {
      description: '',
      status: 'active',
      network_enforcement_node: { href: node ? recordHref(world, nodeKind, node) : '' },
      ...before?.body,
      ...rest,
      ...(chosen !== undefined && { network_enforcement_node: { href: chosen } }),
      devices:
        devices === undefined
          ? known
          : objectsIn(devices).map((own) => {
              const href = hrefOf(own);
              const was = href === null ? undefined : known.find(({ id }) => id === lastSegment(href));
              if (href !== null && !was) throw invalidUri(href);
              return {
                id: was?.['id'] ?? world.ids.uuid(),
                config: keptConfig(own['config'], was?.['config']),
                status: was?.['status'] ?? { connection_state: 'pending' },
              };
            }),
    };
  },
  render: (world, own) => ({
    ...own.body,
    nfc: { href: hrefOf(own.body['network_enforcement_node'])?.replace('/network_enforcement_nodes/', '/nfcs/') },
    devices: objectsIn(own.body['devices']).map(({ id, ...rest }) => ({
      href: `${recordHref(world, slbKind, own)}/devices/${textIn(id) ?? ''}`,
      ...rest,
    })),
    ...auditFields(own),
  }),
  requireUnused(world, own) {
    const href = recordHref(world, slbKind, own);
    const managed = managers(world);
    if (discoveredOn(world, href).some((found) => managed.has(recordHref(world, discoveredKind, found))))
      throw refusedAs('slbInUse');
  },
  removed(world, own) {
    for (const { id } of discoveredOn(world, recordHref(world, slbKind, own)))
      world.records.remove(discoveredKind.collection, id);
  },
  filter(world, query) {
    const texts = textFilter(query);
    const type = exact(query, 'device_type');
    const status = exact(query, 'status');
    const count = integerParam(query, 'num_devices');
    const has = flagParam(query, 'has_virtual_server');
    return (own) => {
      const used = (): boolean => {
        const managed = managers(world);
        return discoveredOn(world, recordHref(world, slbKind, own)).some((found) =>
          managed.has(recordHref(world, discoveredKind, found)),
        );
      };
      return (
        texts(own) &&
        type(textIn(own.body['device_type'])) &&
        status(textIn(own.body['status'])) &&
        (count === undefined || objectsIn(own.body['devices']).length === count) &&
        (has === undefined || used() === has)
      );
    };
  },
};

const discoveredOn = ({ records }: WorldState, slb: string): readonly StoredRecord[] =>
  records.all('discovered_virtual_servers').filter(({ body }) => hrefOf(body['slb']) === slb);

/** Load balancers, the nodes that speak to them, and the addresses found on them (objects.md §7.4). */
export const loadBalancerRoutes: readonly Route<WorldState>[] = [
  ...recordRoutes(nodeKind, ['GET', 'PUT']),
  ...recordRoutes(discoveredKind, ['GET']),
  ...recordRoutes(slbKind),
];
