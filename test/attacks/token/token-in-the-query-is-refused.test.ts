import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';

// Security case 14.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

it('is answered 400 and never logged, even with a good token in the header', async () => {
  const token = await gateway.token();
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${gateway.url}?access_token=${token}`, { method: 'POST', headers });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: 'invalid_request' });
  expect(gateway.log()).not.toContain(token.slice(-40));
  expect(gateway.log()).toContain('"path":"/mcp"');
});
