import type { JsonObject } from '../../core/json.ts';
import { requireGlobal } from '../auth/scope.ts';
import { SIMULATOR_TOKENS } from '../choices.ts';
import { integerParam, listOfListsParam, textParam } from '../http/query.ts';
import { refusedAs } from '../http/refusals.ts';
import { flag, oneOf, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { hrefOf, objectsIn } from '../lifecycle/body.ts';
import type { PolicyKind } from '../lifecycle/policy-kind.ts';
import { merged } from '../lifecycle/merged.ts';
import { policyRoutes } from '../lifecycle/policy-routes.ts';
import { boundaryActors, ingressServices, storedActors } from './rule-body.ts';
import { checkPorts } from './services.ts';

const fields = {
  name: text,
  enabled: flag,
  providers: boundaryActors,
  consumers: boundaryActors,
  ingress_services: ingressServices,
  network_type: oneOf('brn', 'non_brn', 'all'),
} as const;

const kind: PolicyKind = {
  type: 'enforcement_boundaries',
  singular: 'enforcement_boundary',
  ids: 'integer',
  schema: 'sec_policy_enforcement_boundaries_get',
  checkPost: bodyCheck<JsonObject>(
    'sec_policy_enforcement_boundaries_post',
    record(fields, ['name', 'providers', 'consumers', 'ingress_services']),
  ),
  checkPut: bodyCheck<JsonObject>('sec_policy_enforcement_boundaries_put', record(fields)),
  nameTaken: SIMULATOR_TOKENS.boundaryName,
  authorise: (_world, caller) => requireGlobal(caller),
  body(_world, given, before) {
    const body = merged(before, given);
    checkPorts(objectsIn(body['ingress_services']));
    if (objectsIn(body['ingress_services']).length === 0) throw refusedAs('emptyServices');
    return {
      enabled: true,
      network_type: 'brn',
      ...body,
      providers: storedActors(body['providers'], false),
      consumers: storedActors(body['consumers'], false),
    };
  },
  filter(_world, query) {
    const rows = listOfListsParam(query, 'labels');
    const service = textParam(query, 'service');
    const port = integerParam(query, 'service_ports.port');
    const proto = integerParam(query, 'service_ports.proto');
    return ({ body }) => {
      const actors = [...objectsIn(body['providers']), ...objectsIn(body['consumers'])];
      const labels = actors.map((actor) => hrefOf(actor['label']));
      const services = objectsIn(body['ingress_services']);
      return (
        (!rows || rows.length === 0 || rows.some((row) => row.every((href) => labels.includes(href)))) &&
        (service === undefined || services.some((entry) => hrefOf(entry) === service)) &&
        (port === undefined || services.some((entry) => entry['port'] === port)) &&
        (proto === undefined || services.some((entry) => entry['proto'] === proto))
      );
    };
  },
};

/** Enforcement boundaries, the deny rules of before 24.2 (objects.md §8.7). */
export const enforcementBoundaryRoutes = policyRoutes(kind);
