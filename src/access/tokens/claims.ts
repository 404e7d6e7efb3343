import { isObject } from '../../core/json.ts';
import type { Identity } from '../identity.ts';
import { refused } from './shape.ts';

type Claims = Readonly<Record<string, unknown>>;

/** Auth0 lets tokens live for at most 30 days; nobody issues longer ones on purpose. */
const MAX_LIFE_SECONDS = 30 * 24 * 3_600;
const MAX_SUBJECT_LENGTH = 255;
const MAX_GROUPS = 1_000;

/** Claims that only ID tokens carry (OpenID Connect Core §2, §3.1.3.6, §3.3.2.11). */
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 's_hash'];

/**
 * The bearer of a token whose signature, issuer, audience and times have been verified. Throws `invalid_token` for a token that was not
 * made to be shown to an API, that lives too long, or that hides the groups it should name.
 */
export function identityOf(claims: Claims, nowSeconds: number, skewSeconds: number): Identity {
  refuseOtherTokens(claims);
  const { iss, sub, iat, exp, auth_time: authTime } = claims;
  if (typeof iss !== 'string' || typeof exp !== 'number' || typeof iat !== 'number') throw refused('invalid token');
  if (typeof sub !== 'string' || sub === '' || sub.length > MAX_SUBJECT_LENGTH) throw refused('invalid token');
  if (iat > nowSeconds + skewSeconds) throw refused('iat in the future');
  if (exp > nowSeconds + MAX_LIFE_SECONDS || exp - iat > MAX_LIFE_SECONDS) throw refused('exp too far away');
  return {
    issuer: iss,
    subject: sub,
    clientId: textOf(claims['azp'] ?? claims['appid'] ?? claims['cid'] ?? claims['client_id']),
    groups: groupsOf(claims),
    scopes: scopesOf(claims),
    authTimeMs: typeof authTime === 'number' && authTime > 0 ? authTime * 1000 : null,
    expiresMs: exp * 1000,
  };
}

function refuseOtherTokens(claims: Claims): void {
  const { typ, token_use: use, cnf } = claims;
  const isAccessToken = (typ === undefined || typ === 'Bearer') && (use === undefined || use === 'access');
  if (!isAccessToken || ID_TOKEN_CLAIMS.some((claim) => Object.hasOwn(claims, claim)))
    throw refused('not an access token');
  // A token bound to a key of its client must not pass for one that whoever holds it may use (RFC 9449 §7.1, RFC 8705 §3).
  if (cnf !== undefined) throw refused('sender-constrained tokens are not supported');
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** `scope` is text with blanks (RFC 9068, Auth0, Keycloak), `scp` text (Entra ID) or a list (Okta). */
function scopesOf({ scope, scp }: Claims): readonly string[] {
  const value = scope ?? scp;
  if (typeof value === 'string') return value.split(' ').filter(Boolean);
  return textsOf(value) ?? [];
}

const textsOf = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : undefined;

/** Auth0 only adds claims of one's own under a name that is a URL. */
const NAMESPACED = /^https?:\/\/\S+\/(?:groups|roles)$/;

/** `groups`, else `roles`, else the same below a namespace: the first that is a list, as the reference server reads them. */
function groupsOf(claims: Claims): readonly string[] {
  const names = ['groups', 'roles', ...Object.keys(claims).filter((name) => NAMESPACED.test(name))];
  const groups = names.map((name) => textsOf(claims[name])).find((list) => list !== undefined);
  if (groups !== undefined) return groups.slice(0, MAX_GROUPS);
  // Entra ID names no groups at all when there are more than about 200, and points to another API instead.
  const { _claim_names: elsewhere, hasgroups } = claims;
  if (hasgroups === true || (isObject(elsewhere) && Object.hasOwn(elsewhere, 'groups')))
    throw refused('groups overage: the token names no groups because there are too many; assign groups or app roles');
  return [];
}
