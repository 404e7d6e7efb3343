import { hash } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import type { Identity } from '../identity.ts';
import type { SigningKeys } from './keys.ts';
import type { VerifyToken } from './verify.ts';

const MAX_TOKENS = 2_000;

interface Remembered {
  readonly identity: Identity;
  /** The key set the token was verified with. */
  readonly keys: object;
}

/**
 * A verifier that checks the signature of a token once, not with every request: until the token expires or the issuer's keys are fetched
 * anew, so that a withdrawn key ends its tokens as soon as without this. Tokens themselves are not kept, only their digests; what was
 * refused is not remembered.
 */
export function rememberTokens(
  verify: VerifyToken,
  { keys, clock }: { readonly keys: Pick<SigningKeys, 'held'>; readonly clock: Clock },
): VerifyToken {
  // In the order of their verification; the oldest go first.
  const known = new Map<string, Remembered>();
  return async function remembered(token) {
    const digest = hash('sha256', token, 'base64url');
    const held = keys.held();
    const found = known.get(digest);
    if (found && found.keys === held && clock.now() < found.identity.expiresMs) return found.identity;
    known.delete(digest);
    const identity = await verify(token);
    // Unless keys came while it was verified: then it is not known with which.
    if (held !== undefined && held === keys.held()) known.set(digest, { identity, keys: held });
    const [oldest] = known.keys();
    if (known.size > MAX_TOKENS && oldest !== undefined) known.delete(oldest);
    return identity;
  };
}
