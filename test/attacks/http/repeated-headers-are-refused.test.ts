import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Attacked, attacked, message, raw } from '../harness/gateway.ts';

// Security case 37.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

const body = JSON.stringify(message('tools/list'));
const base = ['host', '127.0.0.1', 'content-type', 'application/json', 'accept', 'application/json, text/event-stream'];
const modern = [...base, 'mcp-protocol-version', '2026-07-28', 'mcp-method', 'tools/list'];

it.each(['authorization', 'mcp-method', 'mcp-session-id', 'mcp-protocol-version', 'content-type'])(
  'two of %s',
  async (name) => {
    const authorization = `Bearer ${await gateway.token()}`;
    const headers = [...modern, 'authorization', authorization];
    expect((await raw(gateway.url, headers, body)).status).toBe(200);
    const own = headers[headers.indexOf(name) + 1] ?? 'x';
    const more = headers.includes(name) ? [name, own] : [name, 'x', name, 'x'];
    expect((await raw(gateway.url, [...headers, ...more], body)).status).toBe(400);
  },
);

it('a header that says another method than the body', async () => {
  const response = await gateway.ask(await gateway.token(), { headers: { 'mcp-method': 'tools/call' } });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { code: -32_020 } });
});
