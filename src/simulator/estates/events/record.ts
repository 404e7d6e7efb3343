import type { JsonObject } from '../../../core/json.ts';
import { mix2, uuidOf } from '../../random.ts';
import { isoOf } from '../calendar.ts';
import type { Estate, UserRecord, WorkloadRecord } from '../estate.ts';

/** What events are about; everything an event names exists in the estate. */
export interface EventWorld
  extends Pick<
    Estate,
    | 'orgId'
    | 'pceFqdn'
    | 'seed'
    | 'nowMs'
    | 'users'
    | 'workloads'
    | 'ruleSets'
    | 'ipLists'
    | 'services'
    | 'policyVersions'
    | 'labels'
    | 'containerClusters'
  > {
  readonly managed: readonly WorkloadRecord[];
}

export interface EventParts {
  readonly type: string;
  readonly status: 'success' | 'failure' | null;
  readonly severity?: 'info' | 'warning' | 'err';
  readonly createdBy: JsonObject;
  readonly action?: JsonObject | null;
  readonly changes?: readonly JsonObject[];
  readonly notifications?: readonly JsonObject[];
  /** Recorded outside the organisation: its href starts with `/system_events`. */
  readonly system?: boolean;
}

/**
 * An event in wire form (traffic.md §6.2); `key` makes its identity. Without `version`: recorded REST events have none, and schema and
 * guide disagree about its type.
 */
export function eventRecord(world: EventWorld, atMs: number, key: number, parts: EventParts): JsonObject {
  const uuid = uuidOf(world.seed, 'event', parts.type, atMs % 2 ** 31, key);
  return {
    href: parts.system === true ? `/system_events/${uuid}` : `/orgs/${world.orgId}/events/${uuid}`,
    timestamp: isoOf(atMs),
    pce_fqdn: world.pceFqdn,
    created_by: parts.createdBy,
    event_type: parts.type,
    status: parts.status,
    severity: parts.severity ?? 'info',
    action:
      parts.action === undefined || parts.action === null ? null : { uuid: uuidOf(uuid, 'action'), ...parts.action },
    resource_changes: (parts.changes ?? []).map((change, i) => ({ uuid: uuidOf(uuid, 'change', i), ...change })),
    notifications: (parts.notifications ?? []).map((each, i) => ({ uuid: uuidOf(uuid, 'notification', i), ...each })),
  };
}

export const SYSTEM: JsonObject = { system: {} };

export const byUser = (user: UserRecord): JsonObject => ({
  user: { href: `/users/${user.id}`, username: user.username },
});

export const agentOf = ({ orgId }: EventWorld, workload: WorkloadRecord): JsonObject => ({
  href: `/orgs/${orgId}/agents/${workload.ven?.agentId ?? 0}`,
  hostname: workload.hostname,
});

export const byAgent = (world: EventWorld, workload: WorkloadRecord): JsonObject => ({
  agent: agentOf(world, workload),
});

export const workloadResource = (world: EventWorld, { id, name, hostname, labels }: WorkloadRecord): JsonObject => ({
  workload: {
    href: `/orgs/${world.orgId}/workloads/${id}`,
    name,
    hostname,
    labels: world.labels
      .filter((label) => labels.includes(label.id))
      .map(({ id, key, value }) => ({ href: `/orgs/${world.orgId}/labels/${id}`, key, value })),
  },
});

/** A call of the API as an event's action. */
export const call = (method: string, endpoint: string, status: number, srcIp: string): JsonObject => ({
  api_endpoint: endpoint,
  api_method: method,
  http_status_code: status,
  src_ip: srcIp,
});

/** Agents' calls are recorded with their particulars filtered out. */
export const FILTERED_CALL: JsonObject = call('PUT', 'FILTERED', 204, 'FILTERED');

export const officeIp = (user: UserRecord): string =>
  `10.100.${128 + (mix2(user.id, 1) % 100)}.${1 + (mix2(user.id, 2) % 250)}`;

export function element<T>(list: readonly T[], hash: number): T {
  if (list.length === 0) throw new RangeError('an event about nothing');
  return list[hash % list.length] as T;
}
