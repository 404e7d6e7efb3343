import type { JsonObject } from '../../core/json.ts';
import { requireGlobal } from '../auth/scope.ts';
import { refusedAs } from '../http/refusals.ts';
import { external, hrefObject, integer, list, oneOf, open, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { listOfListsParam } from '../http/query.ts';
import { hrefOf, objectsIn } from '../lifecycle/body.ts';
import type { PolicyKind } from '../lifecycle/policy-kind.ts';
import { merged } from '../lifecycle/merged.ts';
import { policyRoutes } from '../lifecycle/policy-routes.ts';
import { SIMULATOR_TOKENS } from '../choices.ts';

const port = { type: 'integer', minimum: -1, maximum: 65535 } as const;

const fields = {
  name: text,
  description: text,
  ...external,
  labels: list(record({ href: text }, ['href']), { uniqueItems: true }),
  service_ports: list(open({ port, to_port: port, proto: integer }, ['proto'])),
  service: hrefObject,
  apply_to: oneOf('host_only', 'internal_bridge_network'),
  ip_overrides: list(text),
  service_addresses: list(open({ ip: text, fqdn: text, port, description: text, network: hrefObject })),
} as const;

const kind: PolicyKind = {
  type: 'virtual_services',
  singular: 'virtual_service',
  ids: 'uuid',
  schema: 'sec_policy_virtual_services_get',
  checkPost: bodyCheck<JsonObject>('sec_policy_virtual_services_post', {
    ...record(fields, ['name']),
    oneOf: [{ required: ['service'] }, { required: ['service_ports'] }],
  }),
  checkPut: bodyCheck<JsonObject>('sec_policy_virtual_services_put', record(fields)),
  nameTaken: ['name_must_be_unique', 'Name must be unique'],
  referenced: SIMULATOR_TOKENS.virtualServiceReferenced,
  authorise: (_world, caller) => requireGlobal(caller),
  body(_world, given, before) {
    if (given['service'] && given['service_ports']) throw refusedAs('servicePorts');
    const { service, service_ports: ports, ...rest } = merged(before, given);
    return {
      description: null,
      pce_fqdn: null,
      labels: [],
      ip_overrides: [],
      service_addresses: [],
      apply_to: 'host_only',
      ...rest,
      // A service or ports of one's own; giving one drops the other.
      ...(given['service_ports'] || !service ? { service_ports: ports } : { service }),
    };
  },
  filter(_world, query) {
    const rows = listOfListsParam(query, 'labels');
    if (!rows || rows.length === 0) return () => true;
    return ({ body }) => {
      const labels = objectsIn(body['labels']).map(hrefOf);
      return rows.some((row) => row.every((href) => labels.includes(href)));
    };
  },
};

/** Virtual services (objects.md §7.3), without their bindings. */
export const virtualServiceRoutes = policyRoutes(kind);
