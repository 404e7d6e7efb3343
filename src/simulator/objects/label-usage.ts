import type { JsonObject } from '../../core/json.ts';
import { refused } from '../http/refusals.ts';
import type { PolicyObject } from '../lifecycle/object.ts';
import type { WorldState } from '../world-state.ts';
import { labelHref } from './wire.ts';

/** Where a label is used, as `usage=true` says it (objects.md §5.1). Kinds the simulator has no objects of are false. */
export function usageOf(world: WorldState, id: number): JsonObject {
  const users = new Set(world.policies.referrers(labelHref(world.orgId, id)).map(({ type }) => type));
  return {
    virtual_server: false,
    label_group: users.has('label_groups'),
    ruleset: users.has('rule_sets'),
    static_policy_scopes: users.has('firewall_settings'),
    pairing_profile: false,
    permission: world.estate.users.some(({ scope }) => scope.includes(id)),
    workload: world.workloads.byLabel().has(id),
    container_workload: false,
    firewall_coexistence_scope: false,
    containers_inherit_host_policy_scopes: false,
    container_workload_profile: false,
    blocked_connection_reject_scope: false,
    enforcement_boundary: users.has('enforcement_boundaries'),
    loopback_interfaces_in_policy_scopes: false,
    virtual_service: users.has('virtual_services'),
  };
}

const TOKENS: Readonly<Partial<Record<PolicyObject['type'], readonly [token: string, message: string]>>> = {
  label_groups: ['label_referenced_by_label_group', 'Label is referenced by a label group'],
};

/** Refuses to let go of a label in use, with the token of the use (objects.md §13). Active references count as much as draft ones. */
export function requireUnusedLabel(world: WorldState, id: number): void {
  const [user] = world.policies.referrers(labelHref(world.orgId, id));
  if (user)
    throw refused(
      ...(TOKENS[user.type] ?? ['label_still_has_associated_rule_set', 'Label still has an associated rule set']),
    );
  if (world.workloads.byLabel().has(id))
    throw refused('label_still_has_associated_agent_info', 'Label still has an associated workload');
}
