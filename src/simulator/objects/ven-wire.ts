import type { JsonObject } from '../../core/json.ts';
import type { VenRecord } from '../estates/estate.ts';
import { clusterOfNode } from '../containers/nodes.ts';
import type { Caller } from '../world.ts';
import { venNow } from '../vens/upgrading.ts';
import type { WorldState } from '../world-state.ts';
import { capsFor, isoTime, isoTimeOrNull, venHref, workloadHref } from './wire.ts';
import type { StoredWorkload } from './workload-store.ts';
import { labelRefs, renderInterfaces } from './workload-wire.ts';

/** A workload with a VEN. */
export type Managed = StoredWorkload & { readonly record: { readonly ven: VenRecord } };

export const isManaged = (workload: StoredWorkload): workload is Managed => workload.record.ven !== null;

function platform(osId: string | null): string | null {
  if (osId === null) return null;
  return ['win', 'aix', 'solaris'].find((prefix) => osId.startsWith(prefix))?.replace('win', 'windows') ?? 'linux';
}

/** The wire form of a VEN (objects.md §6.7, traffic.md §9.2); `expanded` spells out its labels and workload. */
export function renderVen(world: WorldState, caller: Caller, stored: Managed, expanded: boolean): JsonObject {
  const { record, extra } = stored;
  const { ven } = record;
  const upgrade = venNow(stored, world.clock.now());
  const workload = { href: workloadHref(world.orgId, record.id) };
  return {
    href: venHref(world.orgId, record.id),
    name: extra.venName,
    description: extra.venDescription,
    hostname: record.hostname,
    uid: record.id,
    os_id: record.osId,
    os_detail: record.osDetail,
    os_platform: platform(record.osId),
    version: upgrade.version,
    status: ven.status,
    activation_type: 'pairing_key',
    active_pce_fqdn: world.estate.pceFqdn,
    target_pce_fqdn: extra.venTargetPce,
    golden_image: extra.venGoldenImage,
    labels: expanded ? labelRefs(world, record.labels) : labelRefs(world, record.labels).map(({ href }) => ({ href })),
    interfaces: renderInterfaces(world.orgId, stored).map((own, index) => ({
      href: `${workload.href}/interfaces/${record.interfaces[index]?.name ?? ''}`,
      ...own,
    })),
    workloads: [
      expanded
        ? {
            ...workload,
            name: record.name,
            hostname: record.hostname,
            managed: true,
            online: record.online,
            enforcement_mode: record.enforcementMode,
            visibility_level: record.visibilityLevel,
            labels: labelRefs(world, record.labels),
          }
        : workload,
    ],
    container_cluster: clusterOfNode(world, stored),
    secure_connect: null,
    unpair_allowed: ven.status !== 'suspended',
    last_heartbeat_at: isoTimeOrNull(ven.lastHeartbeatMs),
    last_goodbye_at: isoTimeOrNull(ven.lastGoodbyeMs),
    created_at: isoTime(ven.pairedMs),
    created_by: { href: venHref(world.orgId, record.id) },
    updated_at: isoTime(record.updatedMs),
    updated_by: { href: stored.updatedBy },
    conditions: ven.conditions.map((own) => condition(world, stored, own)),
    ven_type: ven.type,
    authentication_recovery: (extra.venRecoveryUntilMs ?? 0) > world.clock.now(),
    upgrade_target_version: upgrade.target,
    upgrade_expires_at: isoTimeOrNull(upgrade.expiresMs),
    caps: capsFor(caller, ['write', 'generate_support_report', 'upgrade', 'unpair']),
  };
}

function condition(world: WorldState, { record }: Managed, own: VenRecord['conditions'][number]): JsonObject {
  const since = isoTime(own.sinceMs);
  return {
    first_reported_timestamp: since,
    latest_event: {
      notification_type: own.type,
      severity: own.severity,
      href: `/orgs/${world.orgId}/events/${record.id}`,
      info: {
        agent: {
          href: `/orgs/${world.orgId}/agents/${record.ven.agentId}`,
          name: null,
          hostname: record.hostname,
        },
      },
      timestamp: since,
    },
  };
}
