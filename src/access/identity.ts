import type { Principal, Role } from '../core/authority.ts';

/** What a verified access token says about its bearer. The token itself goes no further than its verification (attack 1). */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  /** OAuth client the token was given to; null where the issuer does not say. */
  readonly clientId: string | null;
  readonly groups: readonly string[];
  readonly scopes: readonly string[];
  /** When the person signed in; null where the issuer does not say. */
  readonly authTimeMs: number | null;
  readonly expiresMs: number;
}

/** Which groups of the identity provider stand for which role. */
export interface RoleMap {
  readonly admin: readonly string[];
  readonly operator: readonly string[];
  readonly reader: readonly string[];
  /** Of everyone in none of them; null: none, who is refused. */
  readonly fallback: Role | null;
}

const HIGHEST_FIRST = ['admin', 'operator', 'reader'] as const satisfies readonly Role[];

/** The highest role any of the groups gives; else the default; else none. Groups compare exactly, as the provider spells them. */
export const roleOf = (groups: readonly string[], map: RoleMap): Role | null =>
  HIGHEST_FIRST.find((role) => map[role].some((group) => groups.includes(group))) ?? map.fallback;

/** Who is calling, as everything behind the door knows them. */
export const principalOf = (
  { issuer, subject, groups }: Pick<Identity, 'issuer' | 'subject' | 'groups'>,
  roles: RoleMap,
  scopeOf: (groups: readonly string[]) => string | null,
): Principal => ({ issuer, subject, role: roleOf(groups, roles), labelScope: scopeOf(groups) });
