import type { Estate } from '../estates/estate.ts';
import { labelHref, userHref } from '../objects/wire.ts';
import { uuidOf } from '../random.ts';
import type { StoredRecord } from '../records/record-store.ts';
import { principalHref } from './grants.ts';

/** The principals and permissions of an estate's users: one role each. */
export function accountSeeds({ orgId, users, seed, nowMs, serviceAccounts }: Estate) {
  const at = (id: string, body: StoredRecord['body'], createdMs = nowMs): StoredRecord => ({
    id,
    parent: null,
    body,
    createdMs,
    createdBy: userHref(0),
    updatedMs: createdMs,
    updatedBy: userHref(0),
  });
  const principal = (id: number): string => uuidOf(seed, 'auth-security-principal', id);
  return {
    principals: () =>
      users.map(({ id, username, fullName }) =>
        at(principal(id), { type: 'user', name: username, display_name: fullName, access_restriction: null }),
      ),
    permissions: () =>
      users.map(({ id, role, scope }) =>
        at(uuidOf(seed, 'permission', id), {
          role: { href: `/orgs/${orgId}/roles/${role}` },
          scope: scope.map((label) => ({ label: { href: labelHref(orgId, label) } })),
          auth_security_principal: { href: principalHref(orgId, principal(id)) },
        }),
      ),
    serviceAccounts: () =>
      serviceAccounts.map(({ id, name, createdMs }) =>
        at(
          id,
          {
            name,
            description: '',
            access_restriction: null,
            // An estate does not say what they may do; reading is what most of them are for.
            permissions: [
              {
                href: `/orgs/${orgId}/permissions/${uuidOf(seed, 'permission', name)}`,
                role: { href: `/orgs/${orgId}/roles/read_only` },
                scope: [],
              },
            ],
          },
          createdMs,
        ),
      ),
  };
}
