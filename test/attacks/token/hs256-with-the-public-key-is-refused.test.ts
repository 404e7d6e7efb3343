import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, it } from 'vitest';
import { unsigned } from '../../identity/signing.ts';
import { type Attacked, attacked } from '../harness/gateway.ts';
import { expectRefused } from '../harness/refused.ts';

// Security case 5.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

it.each(['pem', 'n'] as const)('an HMAC keyed with the public key (%s)', async (form) => {
  for (const [alg, hash] of [
    ['HS256', 'sha256'],
    ['HS512', 'sha512'],
  ] as const) {
    const secret = form === 'pem' ? gateway.key.pem : String(gateway.key.jwk.n);
    const input = unsigned({ alg, kid: 'key-1', typ: 'JWT' }, gateway.claims()).replace(/\.$/, '');
    const signature = createHmac(hash, secret).update(input).digest('base64url');
    await expectRefused(gateway, `${input}.${signature}`, 'algorithm not accepted');
  }
});
