import type { Route } from '../http/route.ts';

/** The roles of an organisation, as their hrefs end (objects.md §2.3). */
export const ROLES = [
  'owner',
  'admin',
  'read_only',
  'global_object_provisioner',
  'ruleset_manager',
  'limited_ruleset_manager',
  'ruleset_provisioner',
  'ruleset_viewer',
  'workload_manager',
] as const;
export type Role = (typeof ROLES)[number];

/** What somebody may do: a role, where. */
export interface Grant {
  readonly role: Role;
  /** Label ids: AND across keys, OR within one; empty: everywhere. */
  readonly scope: readonly number[];
}

/** What is written to, as far as roles tell it apart. */
type Area = 'rule_sets' | 'workloads' | 'provisioning' | 'accounts' | 'rest';

/**
 * Who writes where. Of the roles of DG's chapter on permissions only the read-only one and the provisioner are described by their effects
 * (objects.md §2.3); the others follow their names: a manager edits and provisions, a limited one only edits, a provisioner only provisions.
 */
const AREAS: Readonly<Record<Role, readonly Area[]>> = {
  owner: ['rule_sets', 'workloads', 'provisioning', 'accounts', 'rest'],
  admin: ['rule_sets', 'workloads', 'provisioning', 'rest'],
  read_only: [],
  global_object_provisioner: ['provisioning'],
  ruleset_manager: ['rule_sets', 'provisioning'],
  limited_ruleset_manager: ['rule_sets'],
  ruleset_provisioner: ['provisioning'],
  ruleset_viewer: [],
  workload_manager: ['workloads'],
};

const WORKLOADS =
  /^\/orgs\/:org\/(?:workloads|vens|pairing_profiles|agents|service_bindings|container_clusters)(?:\/|$)/;
const ACCOUNTS =
  /^\/(?:users|authentication_settings|login_users)(?:\/|$)|^\/orgs\/:org\/(?:permissions|auth_security_principals|service_accounts|api_keys|access_restrictions)(?:\/|$)/;

function areaOf({ path, access }: Pick<Route, 'path' | 'access'>): Area {
  if (access === 'provision') return 'provisioning';
  if (ACCOUNTS.test(path)) return 'accounts';
  if (path.startsWith('/orgs/:org/sec_policy/:version/rule_sets')) return 'rule_sets';
  return WORKLOADS.test(path) ? 'workloads' : 'rest';
}

/** Those of the grants that let somebody write on a route; none: nobody may. */
export function grantsFor(grants: readonly Grant[], route: Pick<Route, 'path' | 'access'>): readonly Grant[] {
  const area = areaOf(route);
  return grants.filter(({ role }) => AREAS[role].includes(area));
}

/** Whether a grant lets anything be written. */
export const writes = ({ role }: Grant): boolean => AREAS[role].length > 0;
