import { once } from 'node:events';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { isLoopback } from '../../config/types.ts';
import { Failure } from '../../core/errors.ts';
import { createHttpApp, type HttpAppOptions, type Route } from './app.ts';

export interface HttpServer {
  /** Of the MCP endpoint. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly routes: readonly Route[];
  /** Answers what is under way, then ends. */
  close(): Promise<void>;
}

export interface HttpServerOptions extends HttpAppOptions {
  readonly host?: string | undefined;
  /** 0 takes a free one. */
  readonly port?: number | undefined;
  /** What is still under way after so long is broken off. */
  readonly drainMs?: number | undefined;
  /** So long a server that stops goes on answering, so that load balancers notice before connections are refused. */
  readonly lingerMs?: number | undefined;
  /** A client that sends slowly holds a connection, not a call, and not for longer than this (attack 42). */
  readonly sendTimeouts?: { readonly headersMs: number; readonly requestMs: number } | undefined;
}

const SEND_TIMEOUTS = { headersMs: 10_000, requestMs: 30_000 };
/** Longer than load balancers keep idle connections (60 s), so that it is they who end them. */
const KEEP_ALIVE_MS = 65_000;
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_CONNECTIONS = 2_000;
const HALF_READ_MS = 500;

/** Serves the app. Throws `invalid_configuration` where it is for this machine only and the address is not. */
export async function startHttp({
  host = '127.0.0.1',
  port = 0,
  drainMs = 0,
  lingerMs = 0,
  sendTimeouts: { headersMs, requestMs } = SEND_TIMEOUTS,
  ...options
}: HttpServerOptions): Promise<HttpServer> {
  if (options.doors.loopbackOnly && !isLoopback(host))
    throw new Failure('invalid_configuration', { message: `${host} is not an address of this machine alone.` });
  const app = createHttpApp(options);
  const listener = getRequestListener((request, { incoming, outgoing }) =>
    // The adapter also serves HTTP/2, which we do not.
    app.fetch(
      request,
      incoming instanceof IncomingMessage && outgoing instanceof ServerResponse ? { incoming, outgoing } : {},
    ),
  );
  const server = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.ceil(headersMs / 4),
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    (incoming, outgoing) => void listener(incoming, outgoing),
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}/mcp`,
    host,
    port: actualPort,
    routes: app.routes,
    async close() {
      void app.drain();
      await delay(lingerMs);
      const closed = once(server, 'close');
      server.close();
      // Asked again: what came in while the server lingered is under way too.
      await Promise.race([app.drain(), delay(drainMs, undefined, { ref: false })]);
      // A request whose body is still being read is not known to the app yet.
      await Promise.race([closed, delay(Math.min(drainMs, HALF_READ_MS), undefined, { ref: false })]);
      await app.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
