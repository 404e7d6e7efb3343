import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { Failure } from '../../core/errors.ts';
import { isObject } from '../../core/json.ts';
import type { Secret } from '../../core/secret.ts';

/** What a confirm token stands for: this caller, this tool, these arguments. */
export interface Confirmed {
  readonly issuer: string;
  readonly subject: string;
  readonly tool: string;
  readonly paramsHash: string;
}

/** What a good token says besides, for spending it once. */
export interface SpendableToken {
  readonly id: string;
  readonly expiresMs: number;
  /** Of the preview that was confirmed; null where none was computed. */
  readonly previewDigest: string | null;
}

const signature = (key: Secret, payload: string): Buffer =>
  createHmac('sha256', Buffer.from(key.reveal(), 'base64')).update(payload).digest();

/**
 * `b64url(payload).b64url(HMAC-SHA256(key, b64url(payload)))`, as the reference server makes it (reference-server.md §3.4), with the issuer
 * and the preview besides: a subject means nothing without its issuer.
 */
export function mintToken(
  key: Secret,
  { issuer, subject, tool, paramsHash }: Confirmed,
  { previewDigest, expiresMs }: Omit<SpendableToken, 'id'>,
): { token: string; id: string } {
  const id = randomUUID().replaceAll('-', '');
  const claims = {
    exp: Math.floor(expiresMs / 1000),
    iss: issuer,
    jti: id,
    params_hash: paramsHash,
    ...(previewDigest === null ? {} : { preview: previewDigest }),
    sub: subject,
    tool,
  };
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return { token: `${payload}.${signature(key, payload).toString('base64url')}`, id };
}

/** Throws `invalid_confirm_token` with the reference server's reason when it is not a token for exactly this. It may have been spent. */
export function verifyToken(key: Secret, token: string, expected: Confirmed, nowMs: number): SpendableToken {
  const [payload, signed, ...rest] = token.split('.');
  if (payload === undefined || signed === undefined || rest.length > 0 || token.length > MAX_LENGTH)
    throw refusal('malformed token');
  const given = Buffer.from(signed, 'base64url');
  const right = signature(key, payload);
  if (given.length !== right.length || !timingSafeEqual(given, right)) throw refusal('invalid signature');
  const claims = claimsOf(payload);
  const { exp, jti } = claims;
  if (typeof exp !== 'number' || typeof jti !== 'string') throw refusal('malformed payload');
  if (exp * 1000 <= nowMs) throw refusal('token expired');
  if (claims['iss'] !== expected.issuer) throw refusal('iss mismatch');
  if (claims['sub'] !== expected.subject) throw refusal('sub mismatch');
  if (claims['tool'] !== expected.tool) throw refusal('tool mismatch');
  if (claims['params_hash'] !== expected.paramsHash) throw refusal('params_hash mismatch');
  const { preview } = claims;
  return { id: jti, expiresMs: exp * 1000, previewDigest: typeof preview === 'string' ? preview : null };
}

const MAX_LENGTH = 4096;

const refusal = (why: string) =>
  new Failure('invalid_confirm_token', { message: `The confirmation is not valid: ${why}.` });

function claimsOf(payload: string): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    if (isObject(claims)) return claims;
  } catch {
    // Told below.
  }
  throw refusal('malformed payload');
}
