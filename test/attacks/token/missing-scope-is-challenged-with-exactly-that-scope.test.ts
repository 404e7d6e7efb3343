import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';

// Security case 54.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

it.each(['', 'openid', 'illumio-mcp.used', 'all', '*'])('scope %j', async (scope) => {
  const response = await gateway.ask(await gateway.token({ scope }));
  expect(response.status).toBe(403);
  expect(await response.json()).toEqual({ error: 'insufficient_scope', error_description: 'missing required scope' });
  expect(response.headers.get('www-authenticate')).toMatch(
    /^Bearer error="insufficient_scope", error_description="missing required scope", scope="illumio-mcp\.use", resource_metadata="/,
  );
  expect(gateway.upstream).toEqual([]);
});
