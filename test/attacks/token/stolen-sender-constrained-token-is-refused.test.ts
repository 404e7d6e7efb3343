import { afterAll, beforeAll, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';
import { expectRefused } from '../harness/refused.ts';

// Security case 15: a token bound to its client's key is not accepted from whoever holds it.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

it.each([
  { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' },
  { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' },
])('bound by %j', async (cnf) => {
  await expectRefused(gateway, await gateway.token({ cnf }), 'sender-constrained tokens are not supported');
});
