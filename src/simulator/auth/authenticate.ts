import { createHash, timingSafeEqual } from 'node:crypto';
import { hrefOf, textIn } from '../lifecycle/body.ts';
import { lastSegment, userHref } from '../objects/wire.ts';
import { unauthorized } from '../http/refusals.ts';
import type { Caller } from '../world.ts';
import type { WorldState } from '../world-state.ts';
import { admits } from './access-restrictions.ts';
import { type Account, grantsOfServiceAccount, grantsOfUser, principalOf, withGrants } from './grants.ts';
import type { Grant } from './roles.ts';
import type { StoredUser } from './user-store.ts';

/** Name and secret of a Basic header, or null. */
export function basicCredentials(
  header: string | undefined,
): { readonly name: string; readonly secret: string } | null {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? null : { name: text.slice(0, colon), secret: text.slice(colon + 1) };
}

/** Who is calling from an address, by API key or session (objects.md §2.1). Throws 401. */
export function authenticate(world: WorldState, header: string | undefined, from: string | null): Caller {
  const credentials = basicCredentials(header);
  if (!credentials) throw unauthorized();
  const { name, secret } = credentials;
  if (name.startsWith('api_')) return byKey(world, name, secret, from);
  const user = world.sessions.user(secret);
  if (!user || user.locked || name !== `user_${user.id}`) throw unauthorized();
  requireAdmitted(world, 'user_sessions', hrefOf(principalOf(world, user)?.body['access_restriction']), from);
  return userCaller(world, user);
}

function byKey(world: WorldState, name: string, secret: string, from: string | null): Caller {
  const key = world.keys.get(name.slice('api_'.length));
  if (!key || !sameSecret(key.secret, secret)) throw unauthorized();
  if (key.expiresMs !== null && key.expiresMs <= world.clock.now()) throw unauthorized();
  const { caller, restriction } = accountOf(world, key.account, name);
  requireAdmitted(world, 'api_keys', restriction, from);
  return key.grants === null ? caller : withGrants(caller, narrowed(world, key.account, key.grants));
}

/** A seeded key is for its purpose only as long as its user has any permission at all. */
const narrowed = (world: WorldState, account: Account, grants: readonly Grant[]): readonly Grant[] =>
  accountOf(world, account, null).caller.grants.length === 0 ? [] : grants;

function accountOf(
  world: WorldState,
  account: Account,
  apiKeyId: string | null,
): { readonly caller: Caller; readonly restriction: string | null } {
  if (account.type === 'user') {
    const user = world.users.get(account.id);
    if (!user || user.locked) throw unauthorized();
    const restriction = hrefOf(principalOf(world, user)?.body['access_restriction']);
    return { caller: { ...userCaller(world, user), apiKeyId }, restriction };
  }
  const service = world.records.get('service_accounts', account.id);
  if (!service) throw unauthorized();
  const href = `/orgs/${world.orgId}/service_accounts/${service.id}`;
  const caller = { href, username: textIn(service.body['name']) ?? '', apiKeyId };
  return {
    caller: withGrants(caller, grantsOfServiceAccount(world, service)),
    restriction: hrefOf(service.body['access_restriction']),
  };
}

const userCaller = (world: WorldState, user: StoredUser): Caller =>
  withGrants({ href: userHref(user.id), username: user.username, apiKeyId: null }, grantsOfUser(world, user));

/** Outside its addresses an account is as good as unknown: 401 (traffic.md §14). */
function requireAdmitted(
  world: WorldState,
  way: 'user_sessions' | 'api_keys',
  restriction: string | null,
  from: string | null,
): void {
  if (restriction === null) return;
  const found = world.records.get('access_restrictions', lastSegment(restriction));
  if (found && !admits(found, way, from)) throw unauthorized();
}

/** Equal digests rather than equal strings: the time says nothing about the secret. */
export function sameSecret(expected: string, given: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(expected), digest(given));
}
