import { errors, jwtVerify, type JWTPayload } from 'jose';
import type { Clock } from '../../core/clock.ts';
import { Failure } from '../../core/errors.ts';
import type { Identity } from '../identity.ts';
import { identityOf } from './claims.ts';
import type { SigningKeys } from './keys.ts';
import { ALGORITHMS, checkShape, refused } from './shape.ts';

export interface TokenRules {
  /** Exactly as the tokens spell it. */
  readonly issuer: string;
  /** One of these must be in `aud`. */
  readonly audiences: readonly string[];
  readonly requiredScope: string;
}

export type VerifyToken = (token: string) => Promise<Identity>;

const SKEW_SECONDS = 60;
const REQUIRED = ['iss', 'sub', 'aud', 'exp', 'iat'];

/**
 * Access tokens of one issuer (RFC 9068, RFC 8725; security cases 2, 4–13). The verifier throws `invalid_token` with a short reason,
 * `insufficient_scope`, or `keys_unavailable` while the issuer's keys cannot be had.
 */
export function createVerifier(
  { issuer, audiences, requiredScope }: TokenRules,
  { keys, clock }: { readonly keys: SigningKeys; readonly clock: Clock },
): VerifyToken {
  return async function verify(token) {
    checkShape(token);
    const nowMs = clock.now();
    const claims = await verifiedClaims(token, nowMs);
    const identity = identityOf(claims, Math.floor(nowMs / 1000), SKEW_SECONDS);
    if (!identity.scopes.includes(requiredScope)) throw new Failure('insufficient_scope');
    return identity;
  };

  async function verifiedClaims(token: string, nowMs: number): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, (header) => keys.keyFor(header), {
        algorithms: ALGORITHMS,
        issuer,
        audience: [...audiences],
        requiredClaims: REQUIRED,
        clockTolerance: SKEW_SECONDS,
        currentDate: new Date(nowMs),
      });
      return payload;
    } catch (error) {
      // Without the error itself: those of claims hold all the claims, and with them the person, and causes are logged (attack 46).
      throw error instanceof Failure ? error : refused(reasonOf(error));
    }
  }
}

/** The reference server's words where it has them. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'invalid signature';
  if (error instanceof errors.JWTExpired) return 'exp passed';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === 'missing') return `${error.claim} missing`;
    return error.claim === 'nbf' ? 'not valid yet' : `${error.claim} mismatch`;
  }
  return 'invalid token';
}
