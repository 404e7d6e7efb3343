import { beforeAll, describe, expect, it } from 'vitest';
import { createSigningKeys } from '../../src/access/tokens/keys.ts';
import { createVerifier, type VerifyToken } from '../../src/access/tokens/verify.ts';
import { silentLog } from '../../src/core/log.ts';
import { claimsAt, PROVIDERS, type ProviderToken } from './providers.ts';
import { createSigningKey, type SigningKey, tampered } from './signing.ts';

const NOW = 1_790_000_000;
const clock = { now: () => NOW * 1000 };
type Claims = Readonly<Record<string, unknown>>;

let key: SigningKey;
let otherKey: SigningKey;
beforeAll(async () => {
  const kid = String(PROVIDERS[0]?.header['kid']);
  [key, otherKey] = await Promise.all([createSigningKey(kid), createSigningKey(kid)]);
});

function verifierFor({ issuer, audience }: ProviderToken): VerifyToken {
  const get: typeof fetch = async () => Response.json({ keys: [key.jwk] });
  const keys = createSigningKeys({ url: 'https://idp.example/jwks', clock, log: silentLog, fetch: get });
  const rules = { issuer, audiences: ['https://else.example', audience], requiredScope: 'illumio-mcp.use' };
  return createVerifier(rules, { keys, clock });
}

const claimsOf = (provider: ProviderToken): Claims => claimsAt(provider, NOW);

const without = (claims: Claims, name: string): Claims =>
  Object.fromEntries(Object.entries(claims).filter(([key_]) => key_ !== name));

/** Claims that are looked at, each with values that must not pass: signed by the right key. */
const CORRUPTIONS: Readonly<Record<string, readonly unknown[]>> = {
  iss: ['https://evil.example', '', 7, null, ['https://idp.example']],
  aud: ['https://evil.example', [], {}, null, 7],
  sub: ['', 7, null, 'x'.repeat(256)],
  exp: [NOW - 61, 0, '4000000000', null, NOW + 40 * 24 * 3_600],
  iat: [NOW + 3_600, 'now', null],
  nbf: [NOW + 3_600, 'now', null],
};

describe.each(PROVIDERS.map((provider) => [provider.name, provider] as const))('a token of %s', (_name, provider) => {
  const verify = verifierFor;
  const claims = claimsOf(provider);

  it('is accepted, and says who is calling', async () => {
    const token = await key.sign(provider.header, claims);
    expect(await verify(provider)(token)).toEqual({
      issuer: provider.issuer,
      subject: claims['sub'],
      clientId: provider.clientId,
      groups: provider.groups,
      scopes: expect.arrayContaining(['illumio-mcp.use']),
      authTimeMs: provider.times.includes('auth_time') ? (NOW - 10) * 1000 : null,
      expiresMs: (NOW + 3_600) * 1000,
    });
  });

  it.each([...Object.keys(provider.header), ...Object.keys(claims)])(
    'changed in %s after signing is refused',
    async (name) => {
      const token = await key.sign(provider.header, claims);
      const inHeader = Object.hasOwn(provider.header, name) && !Object.hasOwn(claims, name);
      const forged = inHeader
        ? tampered(token, { header: { ...provider.header, [name]: 'other' } })
        : tampered(token, { claims: { ...claims, [name]: 'other' } });
      await expect(verify(provider)(forged)).rejects.toMatchObject({ code: 'invalid_token' });
      const removed = inHeader
        ? tampered(token, { header: without(provider.header, name) })
        : tampered(token, { claims: without(claims, name) });
      await expect(verify(provider)(removed)).rejects.toMatchObject({ code: 'invalid_token' });
    },
  );

  it.each(Object.entries(CORRUPTIONS))('issued with a wrong %s is refused', async (name, values) => {
    for (const value of values) {
      const token = await key.sign(provider.header, { ...claims, [name]: value });
      await expect(verify(provider)(token), `${name}=${String(value)}`).rejects.toMatchObject({
        code: 'invalid_token',
      });
    }
    if (name === 'nbf') return;
    const token = await key.sign(provider.header, without(claims, name));
    await expect(verify(provider)(token)).rejects.toMatchObject({ code: 'invalid_token' });
  });

  it('without the scope is not enough', async () => {
    const scopeName = 'scope' in claims ? 'scope' : 'scp';
    for (const value of ['openid', 'illumio-mcp.used', 'illumio-mcp', [], 7, null]) {
      const token = await key.sign(provider.header, { ...claims, [scopeName]: value });
      await expect(verify(provider)(token)).rejects.toMatchObject({ code: 'insufficient_scope' });
    }
  });

  it('signed by another key under the same id is refused', async () => {
    const token = await otherKey.sign(provider.header, claims);
    await expect(verify(provider)(token)).rejects.toMatchObject({
      code: 'invalid_token',
      message: 'invalid signature',
    });
  });
});

describe('Entra ID', () => {
  const [entra] = PROVIDERS;
  it.each([
    [
      '_claim_names',
      { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph.example' } } },
    ],
    ['hasgroups', { hasgroups: true }],
  ])('that leaves out the groups (%s) is refused with the reason', async (_name, overage) => {
    if (!entra) throw new Error('no fixture');
    const token = await key.sign(entra.header, { ...without(claimsOf(entra), 'groups'), ...overage });
    await expect(verifierFor(entra)(token)).rejects.toMatchObject({
      code: 'invalid_token',
      message: expect.stringContaining('groups overage'),
    });
    const withRoles = await key.sign(entra.header, {
      ...without(claimsOf(entra), 'groups'),
      ...overage,
      roles: ['illumio.admin'],
    });
    expect((await verifierFor(entra)(withRoles)).groups).toEqual(['illumio.admin']);
  });
});
