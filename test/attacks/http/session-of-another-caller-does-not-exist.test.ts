import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';

// Security case 17.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

it('not even for an admin', async () => {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2025-11-25',
  };
  const post = async (sub: string, body: object, more: Readonly<Record<string, string>> = {}) =>
    fetch(gateway.url, {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', ...body }),
      headers: { ...headers, authorization: `Bearer ${await gateway.token({ sub })}`, ...more },
    });
  const clientInfo = { name: 'x', version: '1' };
  const opened = await post('jane', {
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo },
  });
  await opened.text();
  const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
  await post('jane', { method: 'notifications/initialized' }, session);
  expect((await post('jane', { id: 2, method: 'tools/list' }, session)).status).toBe(200);
  const foreign = await post('mallory', { id: 2, method: 'tools/list' }, session);
  const missing = await post('mallory', { id: 2, method: 'tools/list' }, { 'mcp-session-id': crypto.randomUUID() });
  expect([foreign.status, missing.status]).toEqual([404, 404]);
  expect(await foreign.text()).toBe(await missing.text());
  expect((await post('jane', { id: 3, method: 'tools/list' }, session)).status).toBe(200);
});
