import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';

// Security cases 42 and 43: quotas count tool calls, by caller; listing is free.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked({ env: { MCP_RATE_LIMIT_MCP: '3' } });
});
afterAll(() => gateway.close());

it('one caller waits, another does not', async () => {
  const call = async (token: string) => {
    const response = await gateway.ask(token, {
      method: 'tools/call',
      params: { name: 'no-such-tool', arguments: {} },
    });
    await response.text();
    return response;
  };
  const jane = await gateway.token({ sub: 'jane' });
  for (let asked = 0; asked < 5; asked++) expect((await gateway.ask(jane)).status).toBe(200);
  const statuses = [];
  for (let asked = 0; asked < 5; asked++) statuses.push((await call(jane)).status);
  expect(statuses.map((status) => status === 429)).toEqual([false, false, false, true, true]);
  const refused = await call(await gateway.token({ sub: 'jane', jti: 'a new token does not help' }));
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
  expect((await call(await gateway.token({ sub: 'joe' }))).status).not.toBe(429);
});
