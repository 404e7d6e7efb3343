import { afterAll, beforeAll, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';
import { expectRefused } from '../harness/refused.ts';

// Security case 12.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

const NOW = Math.floor(Date.now() / 1000);
it.each([
  ['expired', { exp: NOW - 120 }, 'exp passed'],
  ['not valid yet', { nbf: NOW + 300 }, 'not valid yet'],
  ['issued in the future', { iat: NOW + 300 }, 'iat in the future'],
  ['valid for years', { exp: NOW + 10 * 365 * 86_400 }, 'exp too far away'],
  ['valid for years from an hour ago', { iat: NOW - 3_600 * 24 * 365, exp: NOW + 60 }, 'exp too far away'],
  ['without exp', { exp: undefined }, 'exp missing'],
  ['without iat', { iat: undefined }, 'iat missing'],
  ['without sub', { sub: undefined }, 'sub missing'],
  ['without iss', { iss: undefined }, 'iss missing'],
  ['without aud', { aud: undefined }, 'aud missing'],
  ['with exp as text', { exp: `${NOW + 60}` }, 'exp mismatch'],
])('%s', async (_name, claims, reason) => {
  await expectRefused(gateway, await gateway.token(claims), reason);
});
