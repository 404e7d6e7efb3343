import { randomUUID } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import type { Log } from '../../core/log.ts';
import { clientAddress } from './client-address.ts';
import type { HttpEnv } from './env.ts';
import type { Metrics } from './metrics.ts';

/** A client's own id is kept where it cannot forge a line of a log (attack 45), as the reference server does. */
const CLIENT_ID = /^[A-Za-z0-9._:-]{1,128}$/;

export interface RequestLogOptions {
  readonly log: Log;
  readonly metrics?: Metrics | undefined;
  readonly isTrustedProxy?: ((address: string) => boolean) | undefined;
}

/** Gives every request an id, answers with it, and logs and counts the request: its path, never its query, headers or body. */
export const requestIds = ({ log, metrics, isTrustedProxy = () => false }: RequestLogOptions) =>
  createMiddleware<HttpEnv>(async (context, next) => {
    const given = context.req.header('x-request-id');
    const requestId = given !== undefined && CLIENT_ID.test(given) ? given : randomUUID();
    context.set('requestId', requestId);
    const startMs = performance.now();
    await next();
    // Not `context.header`, which would copy the answer, and with it the way of the adapter that is fast.
    context.res.headers.set('x-request-id', requestId);
    const { status } = context.res;
    const { method, path } = context.req;
    metrics?.request(method, status);
    log.debug('request', {
      requestId,
      method,
      path: path.slice(0, 200),
      status,
      client: clientAddress(
        context.env.incoming?.socket.remoteAddress,
        context.req.header('x-forwarded-for'),
        isTrustedProxy,
      ),
      subject: context.get('principal')?.subject,
      durationMs: Math.round(performance.now() - startMs),
    });
  });
