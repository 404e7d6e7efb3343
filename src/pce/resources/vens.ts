import type { Ven } from '../../model/inventory.ts';
import { hrefOf, optionalRecord, optionalText, record, records, text, type Wire } from './fields.ts';

/** traffic.md §9.2. */
export function readVen(value: unknown, org: string): Ven {
  const wire = record(value, 'VEN', org);
  return {
    href: hrefOf(wire),
    name: optionalText(wire, 'name'),
    hostname: optionalText(wire, 'hostname'),
    status: text(wire, 'status'),
    version: optionalText(wire, 'version'),
    osId: optionalText(wire, 'os_id'),
    venType: optionalText(wire, 'ven_type'),
    lastHeartbeatAt: optionalText(wire, 'last_heartbeat_at'),
    activePceFqdn: optionalText(wire, 'active_pce_fqdn'),
    conditions: records(wire, 'conditions', 'condition of a VEN').map(conditionOf),
    labels: records(wire, 'labels', 'label of a VEN').map((label) => hrefOf(label)),
    workloads: records(wire, 'workloads', 'workload of a VEN').map((workload) => hrefOf(workload)),
  };
}

function conditionOf(condition: Wire): string {
  const latest = optionalRecord(condition, 'latest_event', 'event of a condition');
  return (latest && optionalText(latest, 'notification_type')) ?? 'unknown';
}
