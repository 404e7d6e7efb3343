import type { PceEvent } from '../../model/inventory.ts';
import { hrefOf, list, optionalRecord, optionalText, record, records, text, type Wire } from './fields.ts';

/** traffic.md §6.2. */
export function readEvent(value: unknown, org: string): PceEvent {
  const wire = record(value, 'event', org);
  return {
    href: hrefOf(wire),
    type: text(wire, 'event_type'),
    timestamp: text(wire, 'timestamp'),
    severity: text(wire, 'severity'),
    status: optionalText(wire, 'status'),
    createdBy: createdBy(wire),
    pceFqdn: optionalText(wire, 'pce_fqdn'),
    notifications: records(wire, 'notifications', 'notification of an event').map((notification) => ({
      type: text(notification, 'notification_type'),
      info: notification.fields.info ?? null,
    })),
    resourceChanges: list(wire, 'resource_changes').length,
  };
}

/** One key names the kind of actor (traffic.md §6.3); what it is called depends on the kind. */
function createdBy(wire: Wire): string {
  const actor = optionalRecord(wire, 'created_by', 'creator of an event');
  const kind = actor === null ? undefined : Object.keys(actor.fields)[0];
  if (actor === null || kind === undefined || kind === 'system') return 'system';
  const who = optionalRecord(actor, kind, 'creator of an event');
  if (who === null) return kind;
  return (
    optionalText(who, 'username') ??
    optionalText(who, 'hostname') ??
    optionalText(who, 'name') ??
    optionalText(who, 'href') ??
    kind
  );
}
