import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSigningKeys } from '../../src/access/tokens/keys.ts';
import { createVerifier } from '../../src/access/tokens/verify.ts';
import { roleOf } from '../../src/access/identity.ts';
import { loadConfig } from '../../src/config/load.ts';
import { silentLog } from '../../src/core/log.ts';
import { checkServing } from '../../src/config/serving-mode.ts';
import { claimsAt, PROVIDERS } from './providers.ts';
import { createSigningKey, type SigningKey } from './signing.ts';

const NOW = 1_790_000_000;
const PAGE = readFileSync(join(import.meta.dirname, '../../docs/operations/identity-providers.md'), 'utf8');

/** The settings of a section of the page, as somebody with the tenant of the fixtures would write them. */
function recipeOf(section: string, placeholders: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [, block = ''] = new RegExp(`^## ${section}\n(?:.*\n)*?\`\`\`ini\n((?:.*\n)*?)\`\`\``, 'm').exec(PAGE) ?? [];
  const filled = Object.entries(placeholders).reduce((text, [name, value]) => text.replaceAll(name, value), block);
  return Object.fromEntries(
    filled.split('\n').flatMap((line) => (line === '' ? [] : [line.split(/=(.*)/s).slice(0, 2)])),
  );
}

// The fixtures are the providers' documented tokens; the addresses of their keys are those of their discovery documents.
const RECIPES = [
  ['Entra ID', 'Entra ID v2', 'admin'],
  ['Okta', 'Okta', 'admin'],
  ['Auth0', 'Auth0', 'reader'],
  ['Keycloak', 'Keycloak', 'operator'],
] as const;

let key: SigningKey;
beforeAll(async () => {
  key = await createSigningKey(String(PROVIDERS[0]?.header['kid']));
});

describe.each(RECIPES)('the recipe for %s', (section, name, role) => {
  const provider = PROVIDERS.find((each) => each.name === name);
  if (provider === undefined) throw new Error(`no fixture ${name}`);
  const recipe = recipeOf(section, provider.placeholders);
  const { settings } = loadConfig({
    dotenv: '',
    environment: {
      MCP_PUBLIC_URL: 'https://mcp.example.com/mcp',
      MCP_KEK: Buffer.alloc(32, 1).toString('base64'),
      MCP_CONFIRM_HMAC_KEY: Buffer.alloc(32, 2).toString('base64'),
      MCP_COOKIE_KEY: Buffer.alloc(32, 3).toString('base64'),
      ...recipe,
    },
  });

  it('starts a server', () => {
    expect(checkServing(settings)).toBe('per_user');
  });

  it('has the issuer and the address of the keys as the provider publishes them', () => {
    expect([recipe['MCP_OAUTH_ISSUER'], recipe['MCP_OAUTH_JWKS_URL']]).toEqual([provider.issuer, provider.jwksUrl]);
  });

  it('takes a token of that provider and gives its bearer the role', async () => {
    const get: typeof fetch = async () => Response.json({ keys: [key.jwk] });
    const clock = { now: () => NOW * 1000 };
    const keys = createSigningKeys({ url: provider.jwksUrl, clock, log: silentLog, fetch: get });
    const rules = {
      issuer: settings.MCP_OAUTH_ISSUER ?? '',
      audiences: settings.MCP_OAUTH_AUDIENCE ?? [],
      requiredScope: settings.MCP_OAUTH_REQUIRED_SCOPE,
    };
    const { groups } = await createVerifier(rules, { keys, clock })(
      await key.sign(provider.header, claimsAt(provider, NOW)),
    );
    const roles = {
      admin: settings.MCP_ROLE_GROUPS_ADMIN ?? [],
      operator: settings.MCP_ROLE_GROUPS_OPERATOR ?? [],
      reader: settings.MCP_ROLE_GROUPS_READER ?? [],
      fallback: settings.MCP_ROLE_DEFAULT ?? null,
    };
    expect(roleOf(groups, roles)).toBe(role);
  });
});

it('says what tokens of version 1 of Entra ID need', () => {
  const v1 = PROVIDERS.find(({ name }) => name === 'Entra ID v1');
  const [, tenant = ''] = /sts\.windows\.net\/([^/]+)/.exec(v1?.issuer ?? '') ?? [];
  expect(PAGE).toContain(`\`${v1?.issuer.replace(tenant, 'TENANT-ID')}\``);
  expect(PAGE).toContain('`api://APP-ID`');
  expect(v1?.audience).toMatch(/^api:\/\/[0-9a-f-]{36}$/);
});
