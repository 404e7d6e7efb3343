import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../core/json.ts';
import { isoTime } from '../objects/wire.ts';
import type { Caller } from '../world.ts';
import type { WorldState } from '../world-state.ts';
import type { ResourceChange } from './route.ts';

export interface AuditedWrite {
  readonly world: WorldState;
  readonly caller: Caller;
  readonly eventType: string;
  readonly changes: readonly ResourceChange[];
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly srcIp: string | null;
}

/** The event a successful write leaves behind, in the shape of traffic.md §6.2. */
export function eventOf({ world, caller, eventType, changes, method, path, status, srcIp }: AuditedWrite): JsonObject {
  // What a service account looks like here is not known; its own kind is (traffic.md §6.3).
  const creator = caller.href.startsWith('/users/')
    ? { user: { href: caller.href, username: caller.username } }
    : { service_account: { href: caller.href, name: caller.username } };
  return {
    href: `/orgs/${world.orgId}/events/${randomUUID()}`,
    timestamp: isoTime(world.clock.now()),
    pce_fqdn: world.estate.pceFqdn,
    created_by: creator,
    event_type: eventType,
    status: 'success',
    severity: 'info',
    action: {
      uuid: randomUUID(),
      api_endpoint: path.replace(/\?.*$/, ''),
      api_method: method,
      http_status_code: status,
      src_ip: srcIp?.replace(/^::ffff:/, '') ?? null,
      info: caller.apiKeyId === null ? {} : { api_key_id: caller.apiKeyId.replace(/^api_/, '') },
    },
    resource_changes: changes.map(({ resource, changeType, changes: fields }) => ({
      uuid: randomUUID(),
      resource,
      changes: fields,
      change_type: changeType,
    })),
    notifications: [],
    version: 2,
  };
}

/** `{ field: { before, after } }` for the fields in which two renderings differ. */
export function fieldChanges(before: JsonObject, after: JsonObject): JsonObject {
  const changes: Record<string, JsonObject> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (BOOKKEEPING.has(key)) continue;
    const was = before[key] ?? null;
    const is = after[key] ?? null;
    if (JSON.stringify(was) !== JSON.stringify(is)) changes[key] = { before: was, after: is };
  }
  return changes;
}

/** Fields that change with every write and say nothing about it. */
const BOOKKEEPING = new Set(['href', 'updated_at', 'updated_by', 'created_at', 'created_by', 'update_type', 'caps']);
