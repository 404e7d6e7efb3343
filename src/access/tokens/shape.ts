import { Failure } from '../../core/errors.ts';
import { isObject } from '../../core/json.ts';

/** A header of 8 KB, as most servers bound it, has room for no more. */
const MAX_TOKEN_LENGTH = 8_192;
const PARTS = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;
/** Opaque: never part of a path, a query or a raw log line, and looked up only among the keys we hold (attack 7). */
const KID = /^[\u0021-\u007e]{1,256}$/;

/** Asymmetric signatures only: with no symmetric one in the list, a public key can never be taken for a shared secret (attacks 4, 5). */
export const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** RFC 9068 says `at+jwt`; Entra ID, Okta, Auth0 and Keycloak say `JWT` for access tokens too, or nothing. */
const TYPES = new Set(['jwt', 'at+jwt', 'application/at+jwt']);

/**
 * Refuses what needs no cryptography to be refused: a token that is too long, not in the one canonical spelling (attack 13), or whose
 * header asks for what is never done. Throws `invalid_token`.
 */
export function checkShape(token: string): void {
  if (token.length > MAX_TOKEN_LENGTH) throw refused('malformed token');
  const [, head, body, signature] = PARTS.exec(token) ?? [];
  if (head === undefined || body === undefined || signature === undefined) throw refused('malformed token');
  const [header] = [head, body].map(readPart);
  if (!isCanonical(signature) || !header) throw refused('malformed token');

  const { alg, typ, kid, crit } = header;
  if (typeof alg !== 'string' || !ALGORITHMS.includes(alg)) throw refused('algorithm not accepted');
  if (typ !== undefined && !(typeof typ === 'string' && TYPES.has(typ.toLowerCase())))
    throw refused('not an access token');
  if (kid !== undefined && !(typeof kid === 'string' && KID.test(kid))) throw refused('malformed token');
  // No extension is understood, so none may be critical (RFC 7515 §4.1.11; attack 8).
  if (crit !== undefined) throw refused('malformed token');
}

export const refused = (reason: string, cause?: unknown): Failure =>
  new Failure('invalid_token', { message: reason, cause });

function readPart(part: string): Readonly<Record<string, unknown>> {
  if (!isCanonical(part)) throw refused('malformed token');
  const text = Buffer.from(part, 'base64url').toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value) && !hasRepeatedKey(text)) return value;
  } catch {
    // Refused below, without repeating what came in.
  }
  throw refused('malformed token');
}

/** Base64url has spare bits at its end: several spellings decode to the same bytes, and only one is canonical. */
const isCanonical = (part: string): boolean => Buffer.from(part, 'base64url').toString('base64url') === part;

const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}]/g;

/** Parsers disagree on which of two members with one name counts, so neither does. `text` is JSON. */
function hasRepeatedKey(text: string): boolean {
  const open: Set<unknown>[] = [];
  for (const [token, word, colon] of text.matchAll(TOKENS)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (word !== undefined && colon !== undefined) {
      const key: unknown = JSON.parse(word);
      const keys = open.at(-1);
      if (keys?.has(key)) return true;
      keys?.add(key);
    }
  }
  return false;
}
