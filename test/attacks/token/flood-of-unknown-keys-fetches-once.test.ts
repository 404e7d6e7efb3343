import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';

// Security case 10.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

it('a thousand tokens with keys that do not exist', async () => {
  expect((await gateway.ask(await gateway.token())).status).toBe(200);
  const valid = await gateway.token();
  const [, claims, signature] = valid.split('.');
  const statuses = new Set<number>();
  for (let batch = 0; batch < 20; batch++) {
    const asked = Array.from({ length: 50 }, async (_, index) => {
      const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: `k-${batch}-${index}` })).toString('base64url');
      const response = await gateway.ask(`${header}.${claims}.${signature}`);
      statuses.add(response.status);
      await response.text();
    });
    await Promise.all(asked);
  }
  expect([...statuses]).toEqual([401]);
  expect(gateway.keyFetches()).toBeLessThanOrEqual(1);
  expect((await gateway.ask(valid)).status).toBe(200);
});
