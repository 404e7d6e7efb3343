import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';

// Security case 1.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

it('the PCE gets the service account, never the caller’s token', async () => {
  const token = await gateway.token();
  const params = { name: 'check-pce-connection', arguments: {} };
  const response = await gateway.ask(token, { method: 'tools/call', params });
  expect(response.status).toBe(200);
  expect(gateway.upstream.length).toBeGreaterThan(0);
  const basic = `Basic ${Buffer.from('api_canary_key:canary-secret-4711').toString('base64')}`;
  for (const { path, headers } of gateway.upstream) {
    expect(headers.authorization).toBe(basic);
    expect(`${path} ${JSON.stringify(headers)}`).not.toContain(token.slice(-40));
  }
}, 120_000);
