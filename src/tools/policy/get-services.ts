import type { Service, ServicePort } from '../../model/inventory.ts';
import { protocolName } from '../../model/services/protocols.ts';
import { envelope } from '../envelope.ts';
import { described, integer, oneOf, text } from '../fields.ts';
import { byNameThenHref, capped, plural } from '../listing.ts';
import { present } from '../present.ts';
import { protocolArgument } from '../protocols.ts';
import { defineTool } from '../tool.ts';

interface PortRow {
  readonly proto?: string;
  readonly port?: number;
  readonly to_port?: number;
  readonly icmp_type?: number;
  readonly icmp_code?: number;
  readonly process_name?: string;
  readonly service_name?: string;
}

interface ServiceRow {
  readonly href: string;
  readonly name: string;
  readonly description?: string;
  readonly process_name?: string;
  readonly service_ports?: readonly PortRow[];
  readonly windows_services?: readonly PortRow[];
  readonly windows_egress_services?: readonly PortRow[];
  readonly ransomware_severity?: string;
  readonly ransomware_category?: string;
  readonly update_type?: string;
}

const ports = {
  type: 'array',
  items: {
    type: 'object',
    properties: {
      proto: text,
      port: integer,
      to_port: integer,
      icmp_type: integer,
      icmp_code: integer,
      process_name: text,
      service_name: text,
    },
  },
} as const;

const LISTS = {
  ports: 'service_ports',
  windows: 'windows_services',
  windows_egress: 'windows_egress_services',
} as const satisfies Record<Service['kind'], keyof ServiceRow>;

export default defineTool({
  name: 'get-services',
  title: 'List services',
  description:
    'Lists services with ports, Windows processes and ransomware risk (draft unless told); filter by name or port. Use it before naming a service in a rule, not for observed ports.',
  toolset: 'policy',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      name: described(text, 'Part of the name'),
      description: described(text, 'Part of the description'),
      port: described({ ...integer, minimum: 0, maximum: 65_535 }, 'Port, also inside ranges'),
      proto: described(text, 'tcp, udp, icmp or IANA number'),
      process_name: described(text, 'Part of a process name'),
      egress_process_name: described(text, 'Part of an outbound process name'),
      policy: described(oneOf('draft', 'active'), 'Policy version (default draft)'),
      max_results: described({ ...integer, minimum: 1 }, 'List at most so many (default all)'),
    },
  },
  output: envelope(
    {
      href: text,
      name: text,
      description: text,
      process_name: text,
      service_ports: ports,
      windows_services: ports,
      windows_egress_services: ports,
      ransomware_severity: text,
      ransomware_category: text,
      update_type: text,
    },
    { total_count: integer, policy: text },
  ),
  example: { port: 443, proto: 'tcp' },
  columns: [
    { header: 'name', value: (row: ServiceRow) => row.name },
    { header: 'ports', value: (row: ServiceRow) => portsText(row.service_ports) },
    { header: 'windows', value: (row: ServiceRow) => portsText(row.windows_services) },
    { header: 'windows egress', value: (row: ServiceRow) => portsText(row.windows_egress_services) },
    { header: 'process', value: (row: ServiceRow) => row.process_name },
    {
      header: 'ransomware',
      value: (row: ServiceRow) => [row.ransomware_severity, row.ransomware_category].filter(Boolean).join(' '),
    },
    { header: 'description', value: (row: ServiceRow) => row.description },
    { header: 'pending', value: (row: ServiceRow) => row.update_type },
    { header: 'href', value: (row: ServiceRow) => row.href },
  ],

  async run(args, { pce, signal }) {
    const {
      name,
      description,
      port,
      process_name: process,
      egress_process_name: egressProcess,
      policy = 'draft',
    } = args;
    const proto = args.proto === undefined ? undefined : protocolArgument(args.proto);
    const listing = await pce.services(policy, { name, description, port, proto }, { signal });
    const services = listing.items
      .filter((service) => process === undefined || runs(service, process))
      .filter(
        (service) => egressProcess === undefined || (service.kind === 'windows_egress' && runs(service, egressProcess)),
      )
      .sort(byNameThenHref((service) => service.name));
    const { shown, coverage } = capped(listing, services, args.max_results);
    return {
      answer:
        services.length === 0
          ? `No service matches in the ${policy} policy.`
          : `${plural(services.length, 'service')} in the ${policy} policy.`,
      items: shown.map(row),
      totals: { total_count: services.length, policy },
      coverage,
    };
  },
});

/** The PCE has no filter for processes: a substring of any process name, upper and lower case alike, as people type paths. */
function runs(service: Service, process: string): boolean {
  const wanted = process.toLowerCase();
  return [service.process, ...service.ports.map((port) => port.process)].some((name) =>
    name?.toLowerCase().includes(wanted),
  );
}

const row = (service: Service): ServiceRow => ({
  href: service.href,
  name: service.name,
  ...present({ description: service.description, process_name: service.process }),
  [LISTS[service.kind]]: service.ports.map(portRow),
  ...present({
    ransomware_severity: service.ransomware?.severity,
    ransomware_category: service.ransomware?.category,
    update_type: service.updateType,
  }),
});

const portRow = (port: ServicePort): PortRow =>
  present({
    proto: port.proto === null ? null : protocolName(port.proto),
    port: port.port,
    to_port: port.toPort,
    icmp_type: port.icmpType,
    icmp_code: port.icmpCode,
    process_name: port.process,
    service_name: port.windowsService,
  });

const portsText = (ports: readonly PortRow[] = []): string => ports.map(portRowText).join(', ');

function portRowText({
  proto = 'any',
  port,
  to_port,
  icmp_type,
  icmp_code,
  process_name,
  service_name,
}: PortRow): string {
  const range = to_port === undefined ? port : `${port}-${to_port}`;
  const type = icmp_type === undefined ? '' : ` type ${icmp_type}`;
  const code = icmp_code === undefined ? '' : ` code ${icmp_code}`;
  return [`${range === undefined ? '' : `${range}/`}${proto}${type}${code}`, process_name, service_name]
    .filter(Boolean)
    .join(' ');
}
