import { createHash, timingSafeEqual } from 'node:crypto';
import type { UserRecord } from '../estates/estate.ts';
import { unauthorized } from '../http/refusals.ts';
import { userHref } from '../objects/wire.ts';
import type { Caller } from '../world.ts';
import type { WorldState } from '../world-state.ts';

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

/** Who is calling, by API key or session (objects.md §2.1). Throws 401. */
export function authenticate(world: WorldState, header: string | undefined): Caller {
  const credentials = basicCredentials(header);
  if (!credentials) throw unauthorized();
  const { name, secret } = credentials;
  if (name.startsWith('api_')) {
    const key = world.keys.get(name.slice('api_'.length));
    if (!key || !sameSecret(key.secret, secret)) throw unauthorized();
    return {
      href: userHref(key.user.id),
      username: key.user.username,
      apiKeyId: name,
      permission: key.permission,
      scope: key.scope,
    };
  }
  const user = world.sessions.user(secret);
  if (!user || name !== `user_${user.id}`) throw unauthorized();
  return callerOf(user);
}

export const callerOf = (user: UserRecord): Caller => ({
  href: userHref(user.id),
  username: user.username,
  apiKeyId: null,
  permission: user.role === 'read_only' ? 'read_only' : 'owner',
  scope: user.scope,
});

/** Equal digests rather than equal strings: the time says nothing about the secret. */
function sameSecret(expected: string, given: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(expected), digest(given));
}
