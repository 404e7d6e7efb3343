import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';

// Security case 37: one framing header, read strictly.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

async function send(text: string): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += String(chunk);
  });
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

const smuggled = 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
it.each([
  ['length and chunks', `Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`],
  ['two lengths', `Content-Length: 0\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`],
  ['an unknown framing', `Transfer-Encoding: xchunked\r\n\r\n${smuggled}`],
  ['a blank before the colon', `Content-Length : 0\r\n\r\n${smuggled}`],
  ['a bare line feed', `X: y\nTransfer-Encoding: chunked\r\n\r\n${smuggled}`],
])('%s', async (_name, rest) => {
  const answer = await send(`POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n${rest}`);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).not.toContain('"status":"ok"');
});
