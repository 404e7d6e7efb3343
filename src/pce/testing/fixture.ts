import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Secret } from '../../core/secret.ts';
import { createPceHttp, type PceHttpOptions } from '../http/client.ts';
import type { PceSettings } from '../settings.ts';

/** A request as the fixture PCE saw it. */
export interface Seen {
  readonly method: string;
  /** Below `/api/v2`, without the query string. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Handler = (seen: Seen, response: ServerResponse) => unknown;

export interface FixturePce {
  readonly seen: readonly Seen[];
  readonly port: number;
  settings(changes?: Partial<PceSettings>): PceSettings;
  close(): Promise<void>;
}

/** A node:http server in the place of a PCE, for what a faithful one would never do. */
export async function startFixture(handler: Handler): Promise<FixturePce> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://fixture');
      const one: Seen = {
        method: request.method ?? '',
        path: url.pathname.replace(/^\/api\/v2/, ''),
        query: url.searchParams,
        headers: request.headers,
        body: Buffer.concat(parts).toString('utf8'),
      };
      seen.push(one);
      void handler(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server has one
  return {
    seen,
    port,
    settings: (changes = {}) => ({
      host: '127.0.0.1',
      port,
      scheme: 'http',
      orgId: '1',
      apiKey: new Secret('api_1e9bb1787883639d5'),
      apiSecret: new Secret('s3cr3t-canary'),
      ...changes,
    }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** Waits are noted, not waited for. */
export function noWaiting(): Required<Pick<PceHttpOptions, 'sleep' | 'random'>> & { readonly slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    random: () => 0.5,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      slept.push(ms);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** A client of the fixture that does not wait. */
export const quickHttp = (settings: PceSettings, options: PceHttpOptions = {}) =>
  createPceHttp(settings, { ...noWaiting(), ...options });
