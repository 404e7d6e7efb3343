import type { EnforcementMode } from '../../model/inventory.ts';
import { scopeTest } from '../auth/scope.ts';
import { requireRoom } from '../limits/limits.ts';
import { CHOICES } from '../choices.ts';
import type { WorkloadRecord } from '../estates/estate.ts';
import { forbidden, invalidUri, refusedAs } from '../http/refusals.ts';
import type { Caller } from '../world.ts';
import type { WorldState } from '../world-state.ts';
import { integerId, labelIdIn, lastSegment } from './wire.ts';
import type { InterfaceBody, WorkloadBody } from './workload-body.ts';
import { NO_EXTRA, type StoredWorkload } from './workload-store.ts';

const MODE_OF_LEGACY = {
  idle: 'idle',
  illuminated: 'visibility_only',
  selective: 'selective',
  enforced: 'full',
} as const satisfies Record<string, EnforcementMode>;

/** The unmanaged workload that a POST asks for. */
export function newWorkload(world: WorldState, caller: Caller, body: WorkloadBody): StoredWorkload {
  requireRoom(world, 'total_workloads');
  const now = world.clock.now();
  const blank: WorkloadRecord = {
    id: world.ids.uuid(),
    name: null,
    hostname: null,
    description: null,
    managed: false,
    online: true,
    enforcementMode: CHOICES.unmanagedMode,
    visibilityLevel: CHOICES.unmanagedVisibility,
    labels: [],
    interfaces: [],
    ignoredInterfaces: [],
    publicIp: null,
    osId: null,
    osDetail: null,
    openPorts: [],
    dataCenter: null,
    externalDataSet: null,
    externalDataReference: null,
    createdMs: now,
    updatedMs: now,
    updatedBy: 0,
    ven: null,
    ransomware: null,
  };
  const stored = { record: blank, createdBy: caller.href, updatedBy: caller.href, deleted: false, extra: NO_EXTRA };
  return edited(world, caller, stored, body);
}

/** `stored` with the fields of `body`; absent keys stay (objects.md §0.3-4). Throws 406 for labels that cannot be, 403 outside the scope. */
export function edited(world: WorldState, caller: Caller, stored: StoredWorkload, body: WorkloadBody): StoredWorkload {
  const { record, extra } = stored;
  const labels = body.labels ? labelIds(world, body.labels) : record.labels;
  requireInScope(world, caller, labels);
  const after: StoredWorkload = {
    ...stored,
    updatedBy: caller.href,
    record: {
      ...record,
      name: given(body.name, record.name),
      hostname: given(body.hostname, record.hostname),
      description: given(body.description, record.description),
      online: body.online ?? record.online,
      enforcementMode: modeAfter(record, body),
      visibilityLevel: visibilityAfter(record, body),
      labels,
      interfaces: body.interfaces ? body.interfaces.map(interfaceRecord) : record.interfaces,
      ignoredInterfaces: body.ignored_interface_names ?? record.ignoredInterfaces,
      publicIp: given(body.public_ip, record.publicIp),
      osId: given(body.os_id, record.osId),
      osDetail: given(body.os_detail, record.osDetail),
      dataCenter: given(body.data_center, record.dataCenter),
      externalDataSet: given(body.external_data_set, record.externalDataSet),
      externalDataReference: given(body.external_data_reference, record.externalDataReference),
      updatedMs: world.clock.now(),
      updatedBy: integerId(lastSegment(caller.href)) ?? 0,
      ven: record.ven && { ...record.ven, status: body.agent?.status?.status ?? record.ven.status },
    },
    extra: {
      ...extra,
      servicePrincipalName: given(body.service_principal_name, extra.servicePrincipalName),
      certificateId: given(body.agent_to_pce_certificate_authentication_id, extra.certificateId),
      distinguishedName: given(body.distinguished_name, extra.distinguishedName),
      serviceProvider: given(body.service_provider, extra.serviceProvider),
      dataCenterZone: given(body.data_center_zone, extra.dataCenterZone),
      datacenterNat: body.datacenter_nat_1to1 ?? extra.datacenterNat,
      interfaces: body.interfaces
        ? body.interfaces.map((own) => ({
            linkState: own.link_state ?? null,
            friendlyName: own.friendly_name ?? null,
          }))
        : extra.interfaces,
    },
  };
  requireExternalFree(world, after);
  return after;
}

/** `stored` with another set of labels, for `set_labels` and `remove_labels`. */
export function relabelled(
  world: WorldState,
  caller: Caller,
  stored: StoredWorkload,
  labels: readonly number[],
): StoredWorkload {
  requireInScope(world, caller, stored.record.labels);
  requireInScope(world, caller, labels);
  return {
    ...stored,
    updatedBy: caller.href,
    record: { ...stored.record, labels, updatedMs: world.clock.now() },
  };
}

/** Ids of existing labels, at most one of each key. */
export function labelIds(world: WorldState, refs: readonly { readonly href: string }[]): readonly number[] {
  const keys = new Set<string>();
  return refs.map(({ href }) => {
    const id = labelIdIn(world.orgId, href);
    const label = id === null ? undefined : world.labels.get(id);
    if (id === null || !label || label.deleted) throw invalidUri(href);
    if (keys.has(label.record.key)) throw refusedAs('labelKeyOnce');
    keys.add(label.record.key);
    return id;
  });
}

export function requireInScope(world: WorldState, caller: Caller, labels: readonly number[]): void {
  if (!scopeTest(world, caller)(labels)) throw forbidden();
}

function requireExternalFree(world: WorldState, { record }: StoredWorkload): void {
  if (record.externalDataSet === null || record.externalDataReference === null) return;
  const other = world.workloads.byExternal(record.externalDataSet, record.externalDataReference);
  if (other && other.record.id !== record.id) throw refusedAs('externalReference');
}

const given = <T>(value: T | undefined, otherwise: T): T => (value === undefined ? otherwise : value);

function modeAfter(record: WorkloadRecord, { enforcement_mode, agent }: WorkloadBody): EnforcementMode {
  const legacy = agent?.config?.mode;
  const asked = enforcement_mode ?? (legacy === undefined ? undefined : MODE_OF_LEGACY[legacy]);
  // Selective needs a VEN (objects.md §6.3).
  if (asked === undefined || (asked === 'selective' && !record.managed)) return record.enforcementMode;
  return asked;
}

function visibilityAfter(
  record: WorkloadRecord,
  { visibility_level, agent }: WorkloadBody,
): WorkloadRecord['visibilityLevel'] {
  if (visibility_level !== undefined) return visibility_level;
  const logTraffic = agent?.config?.log_traffic;
  if (logTraffic === undefined) return record.visibilityLevel;
  return logTraffic ? 'flow_summary' : 'flow_drops';
}

const interfaceRecord = (own: InterfaceBody) => ({
  name: own.name,
  address: own.address,
  cidrBlock: own.cidr_block ?? null,
  gateway: own.default_gateway_address ?? null,
  network: own.network ? lastSegment(own.network.href) : null,
});
