import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';

// Security cases 16 and 36.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked({ env: { MCP_ALLOWED_ORIGINS: 'https://portal.example.com' } });
});
afterAll(() => gateway.close());

it.each([
  'https://evil.example',
  'null',
  'https://portal.example.com.evil.example',
  'http://portal.example.com',
  'https://portal.example.com:444',
  'http://localhost',
])('%s', async (origin) => {
  const response = await gateway.ask(await gateway.token(), { headers: { origin } });
  expect(response.status).toBe(403);
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
});

it('a listed page may read, without credentials', async () => {
  const headers = { origin: 'https://portal.example.com' };
  const response = await gateway.ask(await gateway.token(), { headers });
  expect(response.status).toBe(200);
  expect(response.headers.get('access-control-allow-origin')).toBe('https://portal.example.com');
  expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  const preflight = await fetch(gateway.url, { method: 'OPTIONS', headers });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
});
