import type { JsonObject } from '../../core/json.ts';
import { requireGlobal } from '../auth/scope.ts';
import { flagParam, integerParam, textParam } from '../http/query.ts';
import { refusedAs } from '../http/refusals.ts';
import { external, integer, list, nullableText, oneOf, port, record, text } from '../http/schema.ts';
import { inputValidation, bodyCheck } from '../http/validate.ts';
import { isJsonObject, objectsIn } from '../lifecycle/body.ts';
import type { PolicyKind } from '../lifecycle/policy-kind.ts';
import { merged } from '../lifecycle/merged.ts';
import { policyRoutes } from '../lifecycle/policy-routes.ts';

const nullableInteger = { type: ['integer', 'null'] } as const;
const TCP_UDP = new Set<unknown>([6, 17]);

const fields = {
  name: text,
  description: text,
  process_name: text,
  ...external,
  risk_details: {
    type: 'object',
    properties: {
      ransomware: {
        type: 'object',
        properties: {
          category: oneOf('admin', 'legacy'),
          severity: oneOf('low', 'medium', 'high', 'critical'),
          os_platforms: list(oneOf('windows', 'linux'), { minItems: 1 }),
        },
      },
    },
  },
  service_ports: list(
    record({ port, to_port: port, proto: integer, icmp_type: nullableInteger, icmp_code: nullableInteger }, ['proto']),
    { minItems: 1 },
  ),
  windows_services: list(
    record({
      service_name: nullableText,
      process_name: nullableText,
      port,
      to_port: port,
      proto: nullableInteger,
      icmp_type: integer,
      icmp_code: integer,
    }),
    { minItems: 1 },
  ),
} as const;

/** Ports only for TCP and UDP, ranges upwards, ICMP values in range (objects.md §7.2). */
export function checkPorts(entries: readonly JsonObject[]): void {
  for (const entry of entries) {
    const low = entry['port'];
    const high = entry['to_port'];
    if (typeof high === 'number' && !(typeof low === 'number' && low < high)) throw refusedAs('portRange');
    const proto = entry['proto'];
    if (typeof low === 'number' && typeof proto === 'number' && !TCP_UDP.has(proto))
      throw inputValidation('service_ports', `The property '#/port' is not allowed for protocol ${proto}`);
    if (outside(entry['icmp_type'], 255) || outside(entry['icmp_code'], 15))
      throw inputValidation('service_ports', "The property '#/icmp_type' or '#/icmp_code' is out of range");
  }
}

const outside = (value: unknown, highest: number): boolean =>
  typeof value === 'number' && (value < 0 || value > highest);

/** Ports of a service, whichever list they stand in. */
const portsOf = (body: JsonObject): readonly JsonObject[] => [
  ...objectsIn(body['service_ports']),
  ...objectsIn(body['windows_services']),
];

/** A port or `low-high` range; matches entries that hold all of it. */
function portFilter(wanted: string): (entry: JsonObject) => boolean {
  const [, low, high] = /^(-?\d+)(?:-(\d+))?$/.exec(wanted) ?? [];
  if (low === undefined) return () => false;
  const from = Number(low);
  const to = Number(high ?? low);
  return (entry) => {
    const own = entry['port'];
    if (typeof own !== 'number') return false;
    const last = typeof entry['to_port'] === 'number' ? entry['to_port'] : own;
    return own <= from && to <= last;
  };
}

const ransomwareOf = (body: JsonObject): JsonObject | null => {
  const risk = body['risk_details'];
  const ransomware = isJsonObject(risk) ? risk['ransomware'] : null;
  return isJsonObject(ransomware) ? ransomware : null;
};

const kind: PolicyKind = {
  type: 'services',
  singular: 'service',
  ids: 'integer',
  schema: 'sec_policy_services_get',
  checkPost: bodyCheck<JsonObject>('sec_policy_services_post', record(fields, ['name'])),
  checkPut: bodyCheck<JsonObject>('sec_policy_services_put', record(fields)),
  referenced: ['service_referenced', 'Service is referenced'],
  builtIn: ({ id, createdBy }) => id === '1' && createdBy === '/users/0',
  authorise: (_world, caller) => requireGlobal(caller),
  body(_world, given, before) {
    if (given['service_ports'] && given['windows_services']) throw refusedAs('servicePorts');
    checkPorts(portsOf(given));
    const { service_ports: ports, windows_services: windows, ...rest } = merged(before, given);
    // A service has one list or the other; giving one drops the other.
    if (given['windows_services']) return { ...rest, windows_services: windows };
    if (given['service_ports']) return { ...rest, service_ports: ports };
    return { ...rest, ...(ports && { service_ports: ports }), ...(windows && { windows_services: windows }) };
  },
  filter(_world, query) {
    const wantedPort = textParam(query, 'port');
    const portMatches = wantedPort === undefined ? null : portFilter(wantedPort);
    const proto = integerParam(query, 'proto');
    const ransomware = flagParam(query, 'is_ransomware');
    return ({ body }) =>
      (portMatches === null || portsOf(body).some(portMatches)) &&
      (proto === undefined || portsOf(body).some((entry) => entry['proto'] === proto)) &&
      (ransomware === undefined || (ransomwareOf(body) !== null) === ransomware);
  },
};

/** Services (objects.md §7.2). Names may repeat. */
export const serviceRoutes = policyRoutes(kind);
