import type { JsonObject } from '../../core/json.ts';
import { requireGlobal } from '../auth/scope.ts';
import { invalidUri, refusedAs } from '../http/refusals.ts';
import { external, hrefObject, integer, list, oneOf, open, record, text } from '../http/schema.ts';
import { bodyCheck, inputValidation } from '../http/validate.ts';
import { flagParam, integerParam, partial, textParam } from '../http/query.ts';
import type { Request, Route } from '../http/route.ts';
import { hrefOf, isJsonObject, objectsIn, textIn } from '../lifecycle/body.ts';
import type { PolicyKind } from '../lifecycle/policy-kind.ts';
import { merged } from '../lifecycle/merged.ts';
import { policyRoutes } from '../lifecycle/policy-routes.ts';
import { requireDraft } from '../lifecycle/version.ts';
import { labelIdsIn } from '../records/fields.ts';
import { SIMULATOR_TOKENS } from '../choices.ts';
import type { WorldState } from '../world-state.ts';
import { labelFilter } from './label-filter.ts';
import { lastSegment } from './wire.ts';
import { checkBulk } from './workload-body.ts';
import { bulkFailure } from './workload-bulk.ts';

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
  filter(world, query) {
    const labels = labelFilter(world, query);
    const service = textParam(query, 'service')?.replace('/sec_policy/active/', '/sec_policy/draft/');
    const ip = partial(query, 'service_address.ip');
    const fqdn = partial(query, 'service_address.fqdn');
    const wantsIp = textParam(query, 'service_address.ip') !== undefined;
    const wantsFqdn = textParam(query, 'service_address.fqdn') !== undefined;
    const number = integerParam(query, 'service_ports.port');
    const proto = integerParam(query, 'service_ports.proto');
    return ({ body }) => {
      const addresses = objectsIn(body['service_addresses']);
      return (
        labels(labelIdsIn(world, body['labels'])) &&
        (service === undefined || hrefOf(body['service']) === service) &&
        (!wantsIp || addresses.some((address) => ip(textIn(address['ip'])))) &&
        (!wantsFqdn || addresses.some((address) => fqdn(textIn(address['fqdn'])))) &&
        ((number === undefined && proto === undefined) ||
          objectsIn(body['service_ports']).some((entry) => portMatches(entry, number, proto)))
      );
    };
  },
  extra(world, object, query) {
    if (flagParam(query, 'usage') !== true) return {};
    const users = world.policies.referrers(world.policies.href(object));
    return { usage: { ruleset: users.some(({ type }) => type === 'rule_sets') } };
  },
};

/** A port also matches inside a range; -1 is every port. */
function portMatches(entry: JsonObject, wanted: number | undefined, proto: number | undefined): boolean {
  const from = Number(entry['port'] ?? -1);
  const to = Number(entry['to_port'] ?? from);
  const inside = wanted === undefined || from === -1 || (wanted >= from && wanted <= to);
  return inside && (proto === undefined || entry['proto'] === proto);
}

const path = '/orgs/:org/sec_policy/:version/virtual_services';

/** Bulk calls do one item after the other and say of each what became of it (objects.md §6.5). */
function bulk(verb: 'create' | 'update', routes: readonly Route<WorldState>[]): Route<WorldState> {
  const [method, own] = verb === 'create' ? (['POST', path] as const) : (['PUT', `${path}/:id`] as const);
  const one = routes.find((route) => route.method === method && route.path === own);
  if (!one) throw new Error(`Virtual services have no ${method}.`);
  const handle = (request: Request<WorldState>) => one.handle(request);
  return {
    method: 'PUT',
    path: `${path}/bulk_${verb}`,
    access: 'write',
    async handle(request) {
      requireDraft(request);
      const results: JsonObject[] = [];
      request.audit(`virtual_services.bulk_${verb}`, []);
      for (const item of checkBulk(request.body)) results.push(await outcome(request, item));
      return { status: 200, json: results };
    },
  };

  async function outcome(request: Request<WorldState>, item: unknown): Promise<JsonObject> {
    const { href = null, ...body } = isJsonObject(item) ? item : {};
    const named = textIn(href);
    try {
      if (!isJsonObject(item)) throw inputValidation('virtual_services_bulk', "The property '#/' is not an object");
      if (verb === 'update' && named === null) throw invalidUri('');
      const params = { ...request.params, id: lastSegment(named ?? '') };
      const reply = await handle({ ...request, params, body: verb === 'create' ? item : body });
      const made = 'json' in reply ? hrefOf(reply.json) : named;
      return { href: made, status: `${verb}d` };
    } catch (error) {
      return bulkFailure(named, error);
    }
  }
}

const routes = policyRoutes(kind);

/** Virtual services (objects.md §7.3); their bindings are `service-bindings.ts`. */
export const virtualServiceRoutes: readonly Route<WorldState>[] = [
  bulk('create', routes),
  bulk('update', routes),
  ...routes,
];
