import { checkPorts } from '../../changes/refs-services.ts';
import { Failure } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { hasPorts, isIcmp } from '../../model/services/protocols.ts';
import { described, integer, text } from '../fields.ts';
import { protocolArgument } from '../protocols.ts';

/** The list fields of `create-service` and `update-service`; a service has one of the three (objects.md §7.2). */
export const serviceFields = {
  description: text,
  service_ports: described(
    {
      type: 'array',
      items: {
        type: 'object',
        properties: { proto: text, port: integer, to_port: integer, icmp_type: integer, icmp_code: integer },
        required: ['proto'],
      },
    } as const,
    'All of them; proto tcp, udp, icmp, number',
  ),
  windows_services: {
    type: 'array',
    items: {
      type: 'object',
      properties: { process_name: text, service_name: text, port: integer, to_port: integer, proto: text },
    },
  },
  windows_egress_services: {
    type: 'array',
    items: { type: 'object', properties: { process_name: text, service_name: text } },
  },
} as const;

export const SERVICE_LISTS = ['service_ports', 'windows_services', 'windows_egress_services'] as const;
export type ServiceList = (typeof SERVICE_LISTS)[number];

interface Entry {
  readonly proto?: string | undefined;
  readonly port?: number | undefined;
  readonly to_port?: number | undefined;
  readonly icmp_type?: number | undefined;
  readonly icmp_code?: number | undefined;
  readonly process_name?: string | undefined;
  readonly service_name?: string | undefined;
}

type Given = { readonly [List in ServiceList]?: readonly Entry[] | undefined };

/**
 * The one list that was given, as the PCE takes it; null when none was. Throws `conflicting_service_definition` for several,
 * `empty_service` for an empty one, and `invalid_arguments` for entries that mean nothing.
 */
export function serviceList(given: Given): { readonly list: ServiceList; readonly wire: readonly JsonObject[] } | null {
  const lists = SERVICE_LISTS.filter((list) => given[list] !== undefined);
  const [list, ...others] = lists;
  if (list === undefined) return null;
  if (others.length > 0) throw new Failure('conflicting_service_definition', { data: { given: lists } });
  const entries = given[list] ?? [];
  if (entries.length === 0) throw new Failure('empty_service');
  return { list, wire: entries.map((entry) => (list === 'service_ports' ? portEntry(entry) : windowsEntry(entry))) };
}

function portEntry({
  proto: named = '',
  port: low,
  to_port: high,
  icmp_type: type,
  icmp_code: code,
}: Entry): JsonObject {
  const proto = named.trim() === '-1' ? -1 : protocolArgument(named);
  checkPorts(low, high);
  if (low !== undefined && !hasPorts(proto)) throw invalid(`Only tcp and udp have ports, not ${named}.`);
  if ((type !== undefined || code !== undefined) && !isIcmp(proto)) throw invalid(`${named} has no ICMP type or code.`);
  return {
    proto,
    ...(low !== undefined && { port: low }),
    ...(high !== undefined && { to_port: high }),
    ...(type !== undefined && { icmp_type: type }),
    ...(code !== undefined && { icmp_code: code }),
  };
}

function windowsEntry(entry: Entry): JsonObject {
  const { proto, port: low, to_port: high, process_name: process, service_name: service } = entry;
  checkPorts(low, high);
  if (Object.values(entry).every((value) => value === undefined || value === ''))
    throw invalid('An entry names a process, a Windows service or a port.');
  return {
    ...(process !== undefined && { process_name: process }),
    ...(service !== undefined && { service_name: service }),
    ...(low !== undefined && { port: low }),
    ...(high !== undefined && { to_port: high }),
    ...(proto !== undefined && { proto: protocolArgument(proto) }),
  };
}

const invalid = (message: string): Failure =>
  new Failure('invalid_arguments', { message, data: { example: [{ proto: 'tcp', port: 8000, to_port: 8080 }] } });
