import type { Service, ServicePort } from '../../model/inventory.ts';
import { optionalNumber, optionalRecord, optionalText, record, records, text, type Wire } from './fields.ts';
import { versioned } from './versioned.ts';

/** objects.md §7.2: the ports stand in one of three lists, and only that list is there. */
export function readService(value: unknown, org: string): Service {
  const wire = record(value, 'service', org);
  const { kind, field } = kindOf(wire);
  return {
    ...versioned(wire),
    name: text(wire, 'name'),
    description: optionalText(wire, 'description'),
    process: optionalText(wire, 'process_name'),
    kind,
    ports: records(wire, field, 'port of a service').map(portOf),
    ransomware: ransomwareOf(wire),
  };
}

function kindOf({ fields }: Wire): { readonly kind: Service['kind']; readonly field: string } {
  if (Array.isArray(fields.windows_services)) return { kind: 'windows', field: 'windows_services' };
  if (Array.isArray(fields.windows_egress_services))
    return { kind: 'windows_egress', field: 'windows_egress_services' };
  return { kind: 'ports', field: 'service_ports' };
}

const portOf = (port: Wire): ServicePort => ({
  proto: optionalNumber(port, 'proto'),
  port: optionalNumber(port, 'port'),
  toPort: optionalNumber(port, 'to_port'),
  icmpType: optionalNumber(port, 'icmp_type'),
  icmpCode: optionalNumber(port, 'icmp_code'),
  process: optionalText(port, 'process_name'),
  windowsService: optionalText(port, 'service_name'),
});

function ransomwareOf(wire: Wire): Service['ransomware'] {
  const details = optionalRecord(wire, 'risk_details', 'risk of a service');
  const ransomware = details && optionalRecord(details, 'ransomware', 'ransomware risk of a service');
  return (
    ransomware && { severity: optionalText(ransomware, 'severity'), category: optionalText(ransomware, 'category') }
  );
}
