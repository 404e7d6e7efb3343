import { once } from 'node:events';
import { createAdaptorServer } from '@hono/node-server';
import { isLoopback } from '../../config/types.ts';
import { Failure } from '../../core/errors.ts';
import { createHttpApp, type HttpAppOptions } from './app.ts';

export interface HttpServer {
  /** Of the MCP endpoint. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

export interface HttpServerOptions extends HttpAppOptions {
  readonly host?: string | undefined;
  /** 0 takes a free one. */
  readonly port?: number | undefined;
}

/** Serves MCP over HTTP on a loopback address. Refuses any other: there is no authentication. */
export async function startHttp({ host = '127.0.0.1', port = 0, ...options }: HttpServerOptions): Promise<HttpServer> {
  if (!isLoopback(host))
    throw new Failure('invalid_configuration', {
      message: 'Without authentication the server listens on this machine only.',
      remedy: 'Use --host 127.0.0.1, or remove MCP_HTTP_HOST.',
    });
  const app = createHttpApp(options);
  const server = createAdaptorServer({ fetch: app.fetch });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}/mcp`,
    host,
    port: actualPort,
    async close() {
      await app.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
