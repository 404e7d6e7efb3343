import { objectsIn, hrefOf } from '../lifecycle/body.ts';
import { labelsOf } from '../lifecycle/select-workloads.ts';
import type { StoredRecord } from '../records/record-store.ts';
import { lastSegment } from '../objects/wire.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Caller } from '../world.ts';
import type { WorldState } from '../world-state.ts';
import { type Grant, ROLES, writes } from './roles.ts';
import type { StoredUser } from './user-store.ts';

/** Who has a key or a session. */
export type Account =
  | { readonly type: 'user'; readonly id: number }
  | { readonly type: 'service_account'; readonly id: string };

/** Stands for an entry of a scope that names nothing any more: it covers nothing, where an absent entry would cover everything. */
const NO_LABEL = -1;

/** A stored permission's role and scope; null where its role is none of the nine. */
export function grantIn(world: WorldState, permission: JsonObject): Grant | null {
  const name = lastSegment(hrefOf(permission['role']) ?? '');
  const role = ROLES.find((each) => each === name);
  if (role === undefined) return null;
  // A flat list of labels, unlike the scopes of rule sets (objects.md §2.3).
  const scope = objectsIn(permission['scope']).flatMap((entry) => {
    const labels = labelsOf(world, entry);
    return labels.length > 0 ? labels : [NO_LABEL];
  });
  return { role, scope };
}

/** The principal of a user: the entry of the organisation that has its name. */
export const principalOf = (world: WorldState, { username }: StoredUser): StoredRecord | undefined =>
  world.records
    .all('auth_security_principals')
    .find(({ body }) => body['type'] === 'user' && body['name'] === username);

export const principalHref = (orgId: number, id: string): string => `/orgs/${orgId}/auth_security_principals/${id}`;

/** What permissions give a user. */
export function grantsOfUser(world: WorldState, user: StoredUser): readonly Grant[] {
  return permissionsOf(world, user).flatMap(({ body }) => grantIn(world, body) ?? []);
}

export function permissionsOf(world: WorldState, user: StoredUser): readonly StoredRecord[] {
  const principal = principalOf(world, user);
  if (!principal) return [];
  const href = principalHref(world.orgId, principal.id);
  return world.records.all('permissions').filter(({ body }) => hrefOf(body['auth_security_principal']) === href);
}

export const grantsOfServiceAccount = (world: WorldState, { body }: StoredRecord): readonly Grant[] =>
  objectsIn(body['permissions']).flatMap((permission) => grantIn(world, permission) ?? []);

/** A caller with these grants and no others. */
export function withGrants(caller: Pick<Caller, 'href' | 'username' | 'apiKeyId'>, grants: readonly Grant[]): Caller {
  const everywhere = grants.some(({ scope }) => scope.length === 0);
  return {
    href: caller.href,
    username: caller.username,
    apiKeyId: caller.apiKeyId,
    permission: grants.some(writes) ? 'owner' : 'read_only',
    scope: everywhere ? [] : [...new Set(grants.flatMap(({ scope }) => scope))],
    grants,
  };
}
