import type { JsonObject } from '../../core/json.ts';
import { fieldChanges } from '../http/audit.ts';
import type { ResourceChange } from '../http/route.ts';
import type { WorldState } from '../world-state.ts';
import { workloadHref } from './wire.ts';
import { labelRefs } from './workload-wire.ts';
import type { StoredWorkload } from './workload-store.ts';

/** What an event says changed in a workload (traffic.md §6.2): labels as created and deleted, other fields before and after. */
export function workloadChange(
  world: WorldState,
  before: StoredWorkload | null,
  after: StoredWorkload | null,
): ResourceChange {
  const stored = after ?? before;
  if (!stored) throw new Error('A change needs a before or an after.');
  const { record } = stored;
  return {
    resource: {
      workload: {
        href: workloadHref(world.orgId, record.id),
        name: record.name,
        hostname: record.hostname,
        labels: labelRefs(world, record.labels),
      },
    },
    changeType: before ? (after ? 'update' : 'delete') : 'create',
    changes: { ...fieldChanges(fields(before), fields(after)), ...labelChanges(world, before, after) },
  };
}

function fields(stored: StoredWorkload | null): JsonObject {
  if (!stored) return {};
  const { record } = stored;
  return {
    name: record.name,
    hostname: record.hostname,
    description: record.description,
    enforcement_mode: record.enforcementMode,
    visibility_level: record.visibilityLevel,
    public_ip: record.publicIp,
    online: record.online,
    interfaces: record.interfaces.map(({ name, address }) => ({ name, address })),
  };
}

function labelChanges(world: WorldState, before: StoredWorkload | null, after: StoredWorkload | null): JsonObject {
  const was = before?.record.labels ?? [];
  const is = after?.record.labels ?? [];
  const created = is.filter((id) => !was.includes(id));
  const deleted = was.filter((id) => !is.includes(id));
  if (created.length + deleted.length === 0) return {};
  return { labels: { created: labelRefs(world, created), deleted: labelRefs(world, deleted) } };
}
