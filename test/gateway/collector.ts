import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface Sent {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What a collector that refuses says. */
export const REFUSAL = '{"message":"canary-refusal"}';

/** A collector as the specification of OTLP over HTTP has it, that keeps what it is sent. */
export async function startCollector(status = 200) {
  const sent: Sent[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    sent.push({ path: request.url ?? '', headers: request.headers, body: await buffer(request) });
    response.writeHead(status, { 'content-type': 'application/json' }).end(status === 200 ? '{}' : REFUSAL);
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  return { sent, url: `http://127.0.0.1:${address.port}`, close: () => void server.close() };
}
