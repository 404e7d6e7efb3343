import type { JsonObject } from '../../core/json.ts';
import type { WorkloadRecord } from '../estates/estate.ts';
import { clusterOfNode } from '../containers/nodes.ts';
import type { Caller } from '../world.ts';
import type { WorldState } from '../world-state.ts';
import { firewallOf } from './firewall-scopes.ts';
import { capsFor, isoTime, isoTimeOrNull, labelHref, venHref, workloadHref } from './wire.ts';
import { venNow } from '../vens/upgrading.ts';
import { findingsOn, renderSummary } from '../vulnerabilities/wire.ts';
import type { StoredWorkload } from './workload-store.ts';

/** `agent.config.mode` of each enforcement mode (objects.md §6.2). */
export const LEGACY_MODES = {
  idle: 'idle',
  visibility_only: 'illuminated',
  selective: 'selective',
  full: 'enforced',
} as const satisfies Record<WorkloadRecord['enforcementMode'], string>;

/** The wire form of a workload (objects.md §6.2, §6.4). Labels are expanded, as since 22.3. */
export function renderWorkload(
  world: WorldState,
  caller: Caller,
  stored: StoredWorkload,
  withVulnerabilities = false,
): JsonObject {
  const { record, extra } = stored;
  const { orgId } = world;
  const { ven } = record;
  const firewall = firewallOf(world, stored);
  return {
    href: workloadHref(orgId, record.id),
    deleted: stored.deleted,
    name: record.name,
    description: record.description,
    managed: record.managed,
    hostname: record.hostname,
    service_principal_name: extra.servicePrincipalName,
    agent_to_pce_certificate_authentication_id: extra.certificateId,
    distinguished_name: extra.distinguishedName,
    public_ip: record.publicIp,
    external_data_set: record.externalDataSet,
    external_data_reference: record.externalDataReference,
    interfaces: renderInterfaces(orgId, stored),
    ignored_interface_names: record.ignoredInterfaces,
    firewall_coexistence: firewall.coexistence,
    containers_inherit_host_policy: firewall.inheritsHost,
    blocked_connection_action: firewall.rejects ? 'reject' : 'drop',
    service_provider: extra.serviceProvider,
    data_center: record.dataCenter,
    data_center_zone: extra.dataCenterZone,
    os_id: record.osId,
    os_detail: record.osDetail,
    online: record.online,
    enforcement_mode: record.enforcementMode,
    visibility_level: record.visibilityLevel,
    labels: labelRefs(world, record.labels),
    services: {
      uptime_seconds: ven?.uptimeSeconds ?? null,
      created_at: ven ? isoTime(ven.pairedMs) : null,
      open_service_ports: record.openPorts.map((open) => ({
        protocol: open.proto,
        address: open.address,
        port: open.port,
        process_name: open.process,
        user: open.user,
        package: null,
        win_service_name: open.windowsService,
      })),
    },
    vulnerabilities_summary: withVulnerabilities ? vulnerabilities(world, stored) : null,
    risk_summary: {
      ransomware: record.ransomware && {
        workload_exposure_severity: record.ransomware.severity,
        ransomware_protection_percent: record.ransomware.protectionPercent,
        last_updated_at: isoTime(record.updatedMs),
      },
    },
    num_enforcement_boundaries: 0,
    selectively_enforced_services: [],
    agent: renderAgent(world, stored),
    ...(ven && {
      ven: {
        href: venHref(orgId, record.id),
        hostname: record.hostname,
        name: extra.venName,
        status: ven.status,
        ven_type: ven.type,
      },
    }),
    ike_authentication_certificate: null,
    container_cluster: clusterOfNode(world, stored),
    datacenter_nat_1to1: extra.datacenterNat,
    created_at: isoTime(record.createdMs),
    created_by: { href: stored.createdBy },
    updated_at: isoTime(record.updatedMs),
    updated_by: { href: stored.updatedBy },
    caps: capsFor(caller, ['write']),
  };
}

/** Null where no scanner has looked. */
function vulnerabilities(world: WorldState, { record }: StoredWorkload): JsonObject | null {
  const findings = findingsOn(world, record.id);
  return findings.length === 0 ? null : renderSummary(findings, record.managed);
}

/** Labels as `{ href, key, value }`. */
export const labelRefs = (world: WorldState, ids: readonly number[]): JsonObject[] =>
  ids.flatMap((id) => {
    const label = world.labels.get(id);
    return label ? [{ href: labelHref(world.orgId, id), key: label.record.key, value: label.record.value }] : [];
  });

export function renderInterfaces(orgId: number, { record, extra }: StoredWorkload): JsonObject[] {
  return record.interfaces.map((own, index) => ({
    name: own.name,
    address: own.address,
    cidr_block: own.cidrBlock,
    default_gateway_address: own.gateway,
    link_state: extra.interfaces[index]?.linkState ?? null,
    network: own.network === null ? null : { href: `/orgs/${orgId}/networks/${own.network}` },
    network_detection_mode: 'single_private_brn',
    friendly_name: extra.interfaces[index]?.friendlyName ?? null,
    loopback: false,
  }));
}

/** The deprecated `agent`, never without `config`: workloader dereferences it on unmanaged workloads too (objects.md §6.2). */
function renderAgent(world: WorldState, stored: StoredWorkload): JsonObject {
  const { record } = stored;
  const { ven } = record;
  const config = {
    mode: LEGACY_MODES[record.enforcementMode],
    log_traffic: record.visibilityLevel === 'flow_summary',
    visibility_level: record.visibilityLevel,
    security_policy_update_mode: 'adaptive',
  };
  if (!ven)
    return {
      config,
      status: {
        uid: null,
        last_heartbeat_on: null,
        uptime_seconds: null,
        agent_version: null,
        managed_since: null,
        fw_config_current: false,
        firewall_rule_count: null,
        security_policy_refresh_at: null,
        security_policy_applied_at: null,
        security_policy_received_at: null,
        agent_health_errors: { errors: [], warnings: [] },
        agent_health: [],
        security_policy_sync_state: null,
      },
    };
  return {
    config,
    secure_connect: { matching_issuer_name: '' },
    href: `/orgs/${world.orgId}/agents/${ven.agentId}`,
    status: {
      uid: record.id,
      instance_id: null,
      managed_since: isoTime(ven.pairedMs),
      fw_config_current: ven.policyAppliedMs !== null,
      firewall_rule_count: null,
      security_policy_refresh_at: isoTimeOrNull(ven.policyAppliedMs),
      security_policy_applied_at: isoTimeOrNull(ven.policyAppliedMs),
      security_policy_received_at: isoTimeOrNull(ven.policyAppliedMs),
      status: ven.status,
      agent_version: venNow(stored, world.clock.now()).version,
      agent_health_errors: { errors: [], warnings: [] },
      agent_health: ven.conditions.map(({ type, severity }) => ({ type, severity })),
      last_heartbeat_on: isoTimeOrNull(ven.lastHeartbeatMs),
      uptime_seconds: ven.uptimeSeconds,
      security_policy_sync_state: ven.policyAppliedMs === null ? 'syncing' : 'applied',
    },
    active_pce_fqdn: world.estate.pceFqdn,
    target_pce_fqdn: null,
    type: 'Host',
    unpair_allowed: ven.status !== 'suspended',
  };
}
