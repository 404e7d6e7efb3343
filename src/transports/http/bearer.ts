import type { Identity } from '../../access/identity.ts';
import type { VerifyToken } from '../../access/tokens/verify.ts';
import type { Principal } from '../../core/authority.ts';
import { asFailure, type FailureCode } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Metrics } from './metrics.ts';
import { challenge, type ProtectedResource } from './resource.ts';

/** Who sent a request. */
export interface Identified {
  readonly principal: Principal;
  /** Null where nobody signs in. */
  readonly identity: Identity | null;
}

/** Who sent a request, or the answer that turns it away. */
export type Identify = (request: Request) => Promise<Identified | Response>;

export interface BearerOptions {
  readonly verify: VerifyToken;
  readonly principalOf: (identity: Identity) => Principal;
  readonly resource: ProtectedResource;
  readonly log: Log;
  readonly metrics?: Metrics | undefined;
}

/** Access tokens in the `Authorization` header (RFC 6750 §2.1), and the challenges of those that are missing or not enough. */
export function createBearerGate({ verify, principalOf, resource, log, metrics }: BearerOptions): Identify {
  return async function identify(request) {
    const token = /^bearer +([^\s,]+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
    if (token === undefined) {
      metrics?.refused('missing_token');
      return answer(401, 'missing_token', '', challenge(resource));
    }
    try {
      const identity = await verify(token);
      return { principal: principalOf(identity), identity };
    } catch (error) {
      const failure = asFailure(error);
      metrics?.refused(failure.code);
      log.info('token refused', { reason: failure.message, error: failure.cause });
      return turnAway(failure.code, failure.message);
    }
  };

  function turnAway(code: FailureCode, reason: string): Response {
    if (code === 'invalid_token') return answer(401, code, reason, challenge(resource, code, reason));
    if (code === 'insufficient_scope') return answer(403, code, reason, challenge(resource, code, reason));
    const message = 'Tokens cannot be verified at the moment.';
    return Response.json(
      { error: 'temporarily_unavailable', error_description: message },
      { status: 503, headers: { 'retry-after': '30' } },
    );
  }
}

const answer = (status: number, error: string, description: string, header: string): Response =>
  Response.json({ error, error_description: description }, { status, headers: { 'www-authenticate': header } });
