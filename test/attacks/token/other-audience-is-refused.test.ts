import { afterAll, beforeAll, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';
import { expectRefused } from '../harness/refused.ts';

// Security case 2.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

it.each([
  'https://other.example',
  'https://mcp.example.com',
  'https://mcp.example.com/mcp/',
  'HTTPS://mcp.example.com/mcp',
  ['x', 'y'],
])('a token for %j', async (aud) => {
  await expectRefused(gateway, await gateway.token({ aud }), 'aud mismatch');
});
