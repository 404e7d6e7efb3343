import { afterAll, beforeAll, it } from 'vitest';
import { unsigned } from '../../identity/signing.ts';
import { type Attacked, attacked } from '../harness/gateway.ts';
import { expectRefused } from '../harness/refused.ts';

// Security case 4.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

it.each(['none', 'None', 'nOnE', ''])('alg %j', async (alg) => {
  const claims = gateway.claims();
  await expectRefused(gateway, unsigned({ alg, kid: 'key-1' }, claims, 'AAAA'), 'algorithm not accepted');
  await expectRefused(gateway, unsigned({ alg, kid: 'key-1' }, claims), 'malformed token');
});

it('no alg at all', async () => {
  await expectRefused(gateway, unsigned({ kid: 'key-1' }, gateway.claims(), 'AAAA'), 'algorithm not accepted');
});
