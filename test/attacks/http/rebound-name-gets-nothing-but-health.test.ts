import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Attacked, attacked, raw } from '../harness/gateway.ts';

// Security case 16; health answers any Host (issue 6).
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

it.each([
  '/mcp',
  '/',
  '/confirm',
  '/setup',
  '/.well-known/oauth-protected-resource',
  '/.well-known/oauth-protected-resource/mcp',
])('%s', async (path) => {
  const token = await gateway.token();
  const headers = ['host', 'evil.example', 'authorization', `Bearer ${token}`];
  expect((await raw(`${gateway.origin}${path}`, headers, '', 'GET')).status).toBe(403);
});

it.each(['/healthz', '/readyz'])('%s', async (path) => {
  const { status, body } = await raw(`${gateway.origin}${path}`, ['host', 'evil.example'], '', 'GET');
  expect([200, 503]).toContain(status);
  expect(body).toMatch(/^\{"status":/);
});

it('the name of the public URL is answered', async () => {
  const { status } = await raw(gateway.url, ['host', 'mcp.example.com'], '', 'POST');
  expect(status).toBe(401);
});
