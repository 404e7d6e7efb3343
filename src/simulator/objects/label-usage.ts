import type { JsonObject } from '../../core/json.ts';
import { refused, refusedAs } from '../http/refusals.ts';
import type { PolicyObject } from '../lifecycle/object.ts';
import { hrefsIn } from '../lifecycle/references.ts';
import type { WorldState } from '../world-state.ts';
import { labelHref } from './wire.ts';

/** Where a label is used, as `usage=true` says it (objects.md §5.1). */
export function usageOf(world: WorldState, id: number): JsonObject {
  const href = labelHref(world.orgId, id);
  const objects = world.policies.referrers(href);
  const users = new Set(objects.map(({ type }) => type));
  const settings = objects.filter(({ type }) => type === 'firewall_settings');
  const inSettings = (field: string): boolean =>
    settings.some((object) => {
      const content = world.policies.inObject(object, 'draft');
      return content !== null && JSON.stringify(content.body[field] ?? null).includes(`"${href}"`);
    });
  const profile = inRecords(world, 'container_workload_profiles', href);
  return {
    virtual_server: users.has('virtual_servers'),
    label_group: users.has('label_groups'),
    ruleset: users.has('rule_sets'),
    static_policy_scopes: inSettings('static_policy_scopes'),
    pairing_profile: inRecords(world, 'pairing_profiles', href),
    permission: inRecords(world, 'permissions', href) || inRecords(world, 'service_accounts', href),
    workload: world.workloads.byLabel().has(id),
    container_workload: profile,
    firewall_coexistence_scope: inSettings('firewall_coexistence'),
    containers_inherit_host_policy_scopes: inSettings('containers_inherit_host_policy_scopes'),
    container_workload_profile: profile,
    blocked_connection_reject_scope: inSettings('blocked_connection_reject_scopes'),
    enforcement_boundary: users.has('enforcement_boundaries'),
    loopback_interfaces_in_policy_scopes: inSettings('loopback_interfaces_in_policy_scopes'),
    virtual_service: users.has('virtual_services'),
  };
}

/** Records that may carry labels. */
const LABELLED = [
  'pairing_profiles',
  'container_workload_profiles',
  'label_mapping_rules',
  'permissions',
  'service_accounts',
] as const;

const inRecords = ({ records }: WorldState, collection: (typeof LABELLED)[number], href: string): boolean =>
  records.all(collection).some(({ body }) => hrefsIn(body).includes(href));

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
  const href = labelHref(world.orgId, id);
  if (LABELLED.some((collection) => inRecords(world, collection, href))) throw refusedAs('labelReferenced');
}
