import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OPERATOR } from '../../../src/access/decide.ts';
import { silentLog } from '../../../src/core/log.ts';
import { openToThisMachine } from '../../../src/transports/http/open.ts';
import { type HttpServer, startHttp } from '../../../src/transports/http/server.ts';
import { fixtureDispatcher } from '../../protocol/fixtures/tools.ts';

// Security case 42.
let server: HttpServer;
beforeAll(async () => {
  server = await startHttp({
    dispatcher: fixtureDispatcher(),
    ...openToThisMachine(OPERATOR),
    log: silentLog,
    sendTimeouts: { headersMs: 300, requestMs: 600 },
  });
});
afterAll(() => server.close());

it.each([
  ['headers', 'POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nX: '],
  ['a body', 'POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{'],
])('that never end %s', async (_name, beginning) => {
  const socket = connect(server.port, server.host);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += String(chunk);
  });
  socket.write(beginning);
  await once(socket, 'close');
  expect(answer).toMatch(/^(?:HTTP\/1\.1 408 |$)/);
  expect((await fetch(new URL('/healthz', server.url))).status).toBe(200);
});

it('headers of 20 KB', async () => {
  const response = await fetch(server.url, { headers: { 'x-long': 'x'.repeat(20_000) } });
  expect(response.status).toBe(431);
});
