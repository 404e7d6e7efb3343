import { afterAll, beforeAll, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';
import { expectRefused } from '../harness/refused.ts';

// Security cases 2 and 9.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

it.each(['https://evil.example', 'trailing slash'])('a token of %s', async (issuer) => {
  const iss = issuer === 'trailing slash' ? `${gateway.issuer}/` : issuer;
  await expectRefused(gateway, await gateway.token({ iss }), 'iss mismatch');
});
