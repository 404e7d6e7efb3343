import { createMcpHandler, isLegacyRequest, type Server, type ServerEventBus } from '@modelcontextprotocol/server';
import type { Context } from 'hono';
import type { Clock } from '../../core/clock.ts';
import { Failure } from '../../core/errors.ts';
import { isObject } from '../../core/json.ts';
import type { Log } from '../../core/log.ts';
import type { Dispatcher } from '../../dispatch/call.ts';
import { createMcpServer } from '../../dispatch/sdk.ts';
import { type Activity, onceAnswered } from './activity.ts';
import { MAX_BODY_BYTES } from './body.ts';
import { authInfoOf, callerOf } from './callers.ts';
import { type HttpEnv, refusal } from './env.ts';
import type { Metrics } from './metrics.ts';
import { type Quotas, toolCallsIn } from './quotas.ts';
import { createLegacySessions } from './sessions.ts';

export interface McpRouteOptions {
  readonly dispatcher: Dispatcher;
  readonly log: Log;
  readonly clock: Clock;
  readonly activity: Activity;
  readonly quotas?: Quotas | undefined;
  readonly metrics?: Metrics | undefined;
  readonly sessions?: boolean | undefined;
  /** What answers one connection or request, in place of a server for the dispatcher alone. */
  readonly newServer?: (() => Server) | undefined;
  /** Where changes of the lists and resources come from that clients of the 2026 era listen to. */
  readonly bus?: ServerEventBus | undefined;
}

export interface McpRoute {
  readonly handle: (context: Context<HttpEnv>) => Promise<Response>;
  close(): Promise<void>;
}

/** `/mcp` in both protocol eras, for callers the gate has let in. */
export function createMcpRoute(options: McpRouteOptions): McpRoute {
  const { dispatcher, log, clock, activity, quotas, metrics, sessions: sessionful = true } = options;
  const { newServer = () => createMcpServer(dispatcher, callerOf, log), bus } = options;
  const handler = createMcpHandler(newServer, {
    legacy: sessionful ? 'reject' : 'stateless',
    maxRequestBodySize: MAX_BODY_BYTES,
    ...(bus ? { bus } : {}),
    onerror: (error) => log.info('protocol error', { error }),
  });
  const sessions = createLegacySessions(newServer, { clock });

  async function answer(context: Context<HttpEnv>): Promise<Response> {
    const principal = context.get('principal');
    if (!principal) throw new Failure('internal', { detail: { reason: 'a request past the gate' } });
    const request = context.req.raw;
    const parsedBody = context.get('body');
    const authInfo = authInfoOf({ principal, requestId: context.get('requestId') });
    if (!sessionful || !(await isLegacyRequest(request, parsedBody)))
      return handler.fetch(request, { parsedBody, authInfo });
    const owner = JSON.stringify([principal.issuer, principal.subject]);
    return sessions.handle(request, { parsedBody, authInfo, owner });
  }

  async function limited(context: Context<HttpEnv>): Promise<Response> {
    const toolCalls = toolCallsIn(context.get('body'));
    const principal = context.get('principal');
    if (!quotas || !principal || toolCalls === 0) return answer(context);
    const entry = await quotas.enter(principal, toolCalls);
    if ('wait' in entry) {
      const { limit, retryAfterSeconds } = entry.wait;
      metrics?.limited(limit);
      context.header('retry-after', String(retryAfterSeconds));
      const message = `Too many tool calls; try again in ${retryAfterSeconds} s.`;
      return context.json(refusal('rate_limited', message), limit === 'server' ? 503 : 429);
    }
    onceAnswered(context.env.outgoing, entry.leave);
    return answer(context);
  }

  return {
    async handle(context) {
      if (endsByItself(context)) onceAnswered(context.env.outgoing, activity.begin());
      return limited(context);
    },
    async close() {
      await handler.close();
      await sessions.close();
    },
  };
}

/** Requests that end by themselves; streams that last are ended by the server when it stops. */
const endsByItself = (context: Context<HttpEnv>): boolean => {
  const body = context.get('body');
  return context.req.method === 'POST' && !(isObject(body) && body['method'] === 'subscriptions/listen');
};
