import { createMcpHonoApp } from '@modelcontextprotocol/hono';
import { createMcpHandler, isLegacyRequest } from '@modelcontextprotocol/server';
import { type Context, Hono } from 'hono';
import type { Principal } from '../../core/authority.ts';
import { type Clock, systemClock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { Dispatcher } from '../../dispatch/call.ts';
import { createMcpServer } from '../../dispatch/sdk.ts';
import { createLegacySessions } from './sessions.ts';

export interface HttpAppOptions {
  readonly dispatcher: Dispatcher;
  /** Everyone who can reach the address: this app is for loopback, without authentication. */
  readonly principal: Principal;
  readonly log: Log;
  readonly clock?: Clock | undefined;
}

export interface HttpApp {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 1_048_576;

/**
 * `/mcp` in both protocol eras, and `/healthz`. Host and Origin are checked on every route but health, whose answer tells nothing, so
 * that no web page can reach the server by DNS rebinding (attack 16).
 */
export function createHttpApp({ dispatcher, principal, log, clock = systemClock }: HttpAppOptions): HttpApp {
  const newServer = () => createMcpServer(dispatcher, principal, log);
  const modern = createMcpHandler(newServer, {
    legacy: 'reject',
    maxRequestBodySize: MAX_BODY_BYTES,
    onerror: (error) => log.info('protocol error', { error }),
  });
  const sessions = createLegacySessions(newServer, { clock });

  const mcp = createMcpHonoApp({ host: '127.0.0.1', maxRequestBodySize: MAX_BODY_BYTES });
  mcp.all('/mcp', async (context: Context) => {
    const request = context.req.raw;
    const parsedBody: unknown = context.get('parsedBody');
    return (await isLegacyRequest(request, parsedBody))
      ? sessions.handle(request, parsedBody)
      : modern.fetch(request, { parsedBody });
  });

  const app = new Hono();
  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.route('/', mcp);

  return {
    fetch: (request) => app.fetch(request),
    async close() {
      await modern.close();
      await sessions.close();
    },
  };
}
