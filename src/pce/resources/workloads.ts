import type { EnforcementMode, OpenPort, Workload } from '../../model/inventory.ts';
import {
  flag,
  hrefOf,
  number,
  oneOf,
  optionalHref,
  optionalNumber,
  optionalRecord,
  optionalText,
  record,
  records,
  text,
  type Wire,
} from './fields.ts';
import { readLabelRef } from './labels.ts';

const MODES = ['idle', 'visibility_only', 'selective', 'full'] as const satisfies readonly EnforcementMode[];

/** objects.md §6.2. */
export function readWorkload(value: unknown, org: string): Workload {
  const wire = record(value, 'workload', org);
  const venRecord = optionalRecord(wire, 'ven', 'VEN of a workload');
  const ven = venRecord === null ? null : optionalHref(venRecord);
  return {
    href: hrefOf(wire),
    name: optionalText(wire, 'name'),
    hostname: optionalText(wire, 'hostname'),
    description: optionalText(wire, 'description'),
    managed: flag(wire, 'managed', ven !== null),
    online: flag(wire, 'online', false),
    mode: modeOf(wire),
    visibility: optionalText(wire, 'visibility_level'),
    labels: records(wire, 'labels', 'label of a workload').map(readLabelRef),
    interfaces: records(wire, 'interfaces', 'interface').map((nic) => ({
      name: text(nic, 'name'),
      address: text(nic, 'address'),
      cidrBlock: optionalNumber(nic, 'cidr_block'),
      gateway: optionalText(nic, 'default_gateway_address'),
    })),
    publicIp: optionalText(wire, 'public_ip'),
    osId: optionalText(wire, 'os_id'),
    osDetail: optionalText(wire, 'os_detail'),
    openPorts: openPortsOf(wire),
    ven,
    ransomwarePercent: ransomwareOf(wire),
    externalDataSet: optionalText(wire, 'external_data_set'),
    externalDataReference: optionalText(wire, 'external_data_reference'),
    createdAt: optionalText(wire, 'created_at'),
    updatedAt: optionalText(wire, 'updated_at'),
  };
}

/** Releases before 21 tell the mode in `agent.config.mode` only (objects.md §6.2). */
function modeOf(wire: Wire): EnforcementMode {
  if (optionalText(wire, 'enforcement_mode') !== null) return oneOf(wire, 'enforcement_mode', MODES, 'visibility_only');
  const agent = optionalRecord(wire, 'agent', 'agent');
  const config = agent && optionalRecord(agent, 'config', 'agent configuration');
  const legacy = config && optionalText(config, 'mode');
  if (legacy === 'enforced') return 'full';
  if (legacy === 'idle' || legacy === 'selective') return legacy;
  return 'visibility_only';
}

/** Computed every four hours, for server VENs only (traffic.md §12.3). */
function ransomwareOf(wire: Wire): number | null {
  const risk = optionalRecord(wire, 'risk_summary', 'risk summary');
  const ransomware = risk && optionalRecord(risk, 'ransomware', 'ransomware risk');
  return ransomware && optionalNumber(ransomware, 'ransomware_protection_percent');
}

function openPortsOf(wire: Wire): readonly OpenPort[] {
  const services = optionalRecord(wire, 'services', 'services of a workload');
  if (services === null) return [];
  return records(services, 'open_service_ports', 'open port').map((port) => ({
    proto: number(port, 'protocol'),
    port: number(port, 'port'),
    address: optionalText(port, 'address'),
    process: optionalText(port, 'process_name'),
    user: optionalText(port, 'user'),
    windowsService: optionalText(port, 'win_service_name'),
  }));
}
