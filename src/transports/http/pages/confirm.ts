import { bodyLimit } from 'hono/body-limit';
import { Hono } from 'hono';
import type { AuditRecorder } from '../../../access/audit/recorder.ts';
import type { Confirmations } from '../../../access/confirm/confirmations.ts';
import type { Clock } from '../../../core/clock.ts';
import { Failure } from '../../../core/errors.ts';
import { isObject } from '../../../core/json.ts';
import type { Dispatcher } from '../../../dispatch/call.ts';
import { type HttpEnv, type HttpRoutes, refusal } from '../env.ts';
import type { Limiter } from '../limiter.ts';
import { pageEntry } from './record.ts';
import { isFresh } from './visitor.ts';

export interface ConfirmRouteOptions {
  readonly confirmations: Confirmations;
  readonly dispatcher: Pick<Dispatcher, 'list'>;
  readonly needsPreview: (tool: string) => boolean;
  /** A token only for who signed in no longer ago; undefined: for everyone with an access token. */
  readonly freshAuthSeconds?: number | undefined;
  readonly limiter: Limiter;
  readonly recorder: AuditRecorder;
  readonly clock: Clock;
}

const MAX_BODY_BYTES = 16 * 1024;

/** `POST /confirm`: a token for one call, as the reference server gives it (reference-server.md §3.3, §3.4). */
export function confirmRoute(options: ConfirmRouteOptions): HttpRoutes {
  const { confirmations, dispatcher, needsPreview, limiter, recorder, clock } = options;
  const routes = new Hono<HttpEnv>();

  routes.use('/confirm', bodyLimit({ maxSize: MAX_BODY_BYTES }));
  routes.post('/confirm', async (context) => {
    const principal = context.get('principal');
    const identity = context.get('identity');
    if (!principal || !identity) return context.json(refusal('unauthorized', 'Sign in first.'), 401);
    const wait = await limiter.use(principal, 1);
    if (wait !== null) {
      context.header('retry-after', String(wait));
      return context.json(refusal('rate_limited', `Too many confirmations; try again in ${wait} s.`), 429);
    }
    if (!isFresh(identity.authTimeMs, options.freshAuthSeconds, clock))
      return context.json(refusal('fresh_auth_required', 'Sign in again, then confirm.'), 403);

    const body: unknown = await context.req.json().catch(() => undefined);
    if (!isObject(body)) return context.json(refusal('invalid_json', 'The body must be a JSON object.'), 400);
    const { tool, params_hash: paramsHash } = body;
    if (typeof tool !== 'string' || typeof paramsHash !== 'string' || !/^[0-9a-f]{64}$/.test(paramsHash))
      return context.json(refusal('missing_field', 'Give tool and params_hash, 64 hex digits.'), 400);
    // A tool that does not exist and one the caller may not use look the same (attack 44).
    if (!dispatcher.list(principal).some(({ name }) => name === tool))
      return context.json(refusal('forbidden', 'There is no such tool for you.'), 403);

    const call = { issuer: principal.issuer, subject: principal.subject, tool, paramsHash };
    const minted = await confirmations.mint(call, { needsPreview: needsPreview(tool) });
    if (minted === 'preview_required')
      return context.json(
        refusal('preview_required', 'Call the tool first: what it would do must be seen before it is confirmed.'),
        409,
      );
    if (minted === 'person_required')
      return context.json(refusal('person_required', 'A person must approve this on its approval_url.'), 403);
    const requestId = context.get('requestId');
    await recorder.write(
      pageEntry({ principal, what: '/confirm', about: tool, confirmationId: minted.id, requestId, clock }),
    );
    return context.json({ confirm_token: minted.token, expires_in: minted.expiresInSeconds });
  });

  routes.onError((error, context) => {
    if (!(error instanceof Failure) || error.code !== 'audit_unavailable') throw error;
    return context.json(refusal(error.code, error.message), 503);
  });

  return routes;
}
