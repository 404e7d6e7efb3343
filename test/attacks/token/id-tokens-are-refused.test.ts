import { afterAll, beforeAll, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';
import { expectRefused } from '../harness/refused.ts';

// Security case 12 and issue 6: a token that proves a sign-in to a client is no key to an API.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

it.each([
  ['an ID token', { nonce: 'n-0S6_WzA2Mj' }, {}],
  ['an ID token beside an access token', { at_hash: '77QmUPtjPfzWtF2AnpK9RQ' }, {}],
  ['an ID token beside a code', { c_hash: '77QmUPtjPfzWtF2AnpK9RQ' }, {}],
  ['an ID token of Keycloak', { typ: 'ID' }, {}],
  ['a refresh token of Keycloak', { typ: 'Refresh' }, {}],
  ['an ID token of Cognito', { token_use: 'id' }, {}],
  ['an ID token by its header', {}, { typ: 'id_token' }],
  ['a logout token', {}, { typ: 'logout+jwt' }],
  ['a client assertion', {}, { typ: 'client-authentication+jwt' }],
  ['a proof of possession', {}, { typ: 'dpop+jwt' }],
])('%s', async (_name, claims, header) => {
  await expectRefused(gateway, await gateway.token(claims, header), 'not an access token');
});
