import { createSigningKey } from '../../identity/signing.ts';
import { afterAll, beforeAll, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';
import { expectRefused } from '../harness/refused.ts';

// Security case 6.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked({
    answerKeys(jwks, response) {
      const [key] = JSON.parse(jwks).keys;
      const keys = [
        { ...key, kid: 'says-ps256', alg: 'PS256' },
        { ...key, kid: 'for-encryption', use: 'enc' },
        { ...key, kid: 'not-to-verify', key_ops: ['encrypt'], use: undefined },
        { ...key, kid: 'fits' },
      ];
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
    },
  });
});
afterAll(() => gateway.close());

it.each(['says-ps256', 'for-encryption', 'not-to-verify'])('a key that %s', async (kid) => {
  await expectRefused(gateway, await gateway.token({}, { kid }), 'cannot resolve signing key');
});

it('an elliptic signature under the id of an RSA key', async () => {
  const key = await createSigningKey('fits', 'ES256');
  await expectRefused(gateway, await key.sign({ kid: 'fits' }, gateway.claims()), 'cannot resolve signing key');
});
