import type { JsonObject } from '../../core/json.ts';
import { hrefOf, objectsIn } from '../lifecycle/body.ts';
import { inScopes } from '../lifecycle/select-workloads.ts';
import type { WorldState } from '../world-state.ts';
import { labelIdIn } from './wire.ts';
import type { StoredWorkload } from './workload-store.ts';

/** What the provisioned firewall settings make of a workload (objects.md §7.6): `[[]]` is everywhere, `[]` nowhere. */
export function firewallOf(
  world: WorldState,
  workload: StoredWorkload,
): { readonly coexistence: JsonObject | null; readonly inheritsHost: boolean; readonly rejects: boolean } {
  const body = world.policies.inVersion('firewall_settings', 'active')[0]?.content.body ?? {};
  const within = (field: string): boolean => inScopes(world, body[field], workload);
  return {
    coexistence: workload.record.managed ? coexistence(world, body['firewall_coexistence'], workload) : null,
    inheritsHost: within('containers_inherit_host_policy_scopes'),
    rejects: within('blocked_connection_reject_scopes'),
  };
}

/** The first entry whose labels the workload has; without one, Illumio's is the only firewall. */
function coexistence(world: WorldState, entries: unknown, { record }: StoredWorkload): JsonObject {
  const found = objectsIn(entries).find(({ scope, workload_mode: mode }) => {
    const labels = objectsIn(scope).map((item) => labelIdIn(world.orgId, hrefOf(item)));
    const inMode = mode === undefined || (mode === 'enforced') === (record.enforcementMode === 'full');
    return inMode && labels.every((id) => id !== null && record.labels.includes(id));
  });
  return { illumio_primary: found?.['illumio_primary'] ?? true };
}
