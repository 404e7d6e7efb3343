import { createSigningKey } from '../../identity/signing.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';
import { expectRefused } from '../harness/refused.ts';

// Security case 8: nothing a token brings along decides how it is verified, and nothing is fetched for it.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

it.each(['jwk', 'jku', 'x5u', 'x5c'])('%s', async (name) => {
  const own = await createSigningKey('key-1');
  const values: Readonly<Record<string, unknown>> = {
    jwk: own.jwk,
    jku: `${gateway.issuer}/attacker`,
    x5u: `${gateway.issuer}/attacker`,
    x5c: [Buffer.from(own.pem).toString('base64')],
  };
  const fetches = gateway.keyFetches();
  const token = await own.sign({ kid: 'key-1', typ: 'JWT', [name]: values[name] }, gateway.claims());
  await expectRefused(gateway, token, 'invalid signature');
  expect(gateway.keyFetches()).toBeLessThanOrEqual(Math.max(fetches, 1));
});

it('an extension that must be understood', async () => {
  // jose signs none that it does not know, so the header is put together by hand; it is refused before the signature is looked at.
  const [, claims, signature] = (await gateway.token()).split('.');
  for (const crit of [['b64'], ['exp'], [], 'exp']) {
    const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'key-1', crit, exp: 1 })).toString('base64url');
    await expectRefused(gateway, `${header}.${claims}.${signature}`, 'malformed token');
  }
});
