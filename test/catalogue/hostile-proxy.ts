import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isObject } from '../../src/core/json.ts';
import type { Target } from './simulated.ts';

/** Fields whose values have a grammar that the client checks; everything else a PCE says can be anything. */
const CHECKED =
  /^(href|.*_at|.*_on|.*timestamp|timestamp.*|.*detected|.*_date|ip|.*address|.*_ip|enforcement_mode|flow_direction|update_type|network_type|actors|providers|consumers)$/;

/** Queries and jobs: their words drive the client. */
const isProtocol = (value: object): boolean =>
  'query_parameters' in value || ('href' in value && typeof value.href === 'string' && value.href.includes('/jobs/'));

export interface HostileProxy {
  readonly target: Target;
  /** How many strings were replaced so far. */
  readonly replaced: () => number;
  close(): Promise<void>;
}

/** Stands between client and PCE and puts the next payload into every string of every answer that is not bound to a grammar. */
export async function hostileProxy(payloads: readonly string[], upstream: () => Target): Promise<HostileProxy> {
  let count = 0;
  const poison = (value: unknown, field: string): unknown => {
    if (Array.isArray(value)) return value.map((child) => poison(child, field));
    if (isObject(value) && isProtocol(value)) return value;
    if (isObject(value))
      return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, poison(child, key)]));
    if (typeof value !== 'string' || CHECKED.test(field)) return value;
    count += 1;
    return payloads[count % payloads.length];
  };

  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { host, port } = upstream();
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers))
      if (typeof value === 'string' && !['host', 'connection', 'accept-encoding', 'content-length'].includes(name))
        headers.set(name, value);
    const answer = await fetch(`http://${host}:${port}${request.url ?? '/'}`, {
      method: request.method ?? 'GET',
      headers,
      ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
    });
    const text = await answer.text();
    const isJson = (answer.headers.get('content-type') ?? '').startsWith('application/json') && text !== '';
    const passed = [
      'content-type',
      'location',
      'retry-after',
      'x-total-count',
      'x-matched-count',
      'x-request-id',
      'date',
    ];
    for (const name of passed) {
      const value = answer.headers.get(name);
      if (value !== null) response.setHeader(name, value);
    }
    response.statusCode = answer.status;
    response.end(isJson ? JSON.stringify(poison(JSON.parse(text), '')) : text);
  };
  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    target: { host: '127.0.0.1', port },
    replaced: () => count,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
