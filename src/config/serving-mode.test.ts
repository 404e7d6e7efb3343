import { describe, expect, it } from 'vitest';
import { loadConfig } from './load.ts';
import { checkServing, servingWarnings } from './serving-mode.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');

const OAUTH = {
  MCP_PUBLIC_URL: 'https://mcp.example.com/mcp',
  MCP_OAUTH_ISSUER: 'https://idp.example.com',
  MCP_OAUTH_JWKS_URL: 'https://idp.example.com/jwks',
  MCP_OAUTH_AUDIENCE: 'illumio-mcp',
  MCP_CONFIRM_HMAC_KEY: KEY,
};
const SERVICE_ACCOUNT = { PCE_HOST: 'pce.example.com', PCE_ORG_ID: '1', API_KEY: 'api_1', API_SECRET: 'hush' };

type Environment = Readonly<Record<string, string>>;
/** The reference server's table (§1.6), with our other ways to a key-encryption key. */
const MODES: readonly (readonly [mode: string, asked: Environment, required: Environment])[] = [
  ['dev_insecure', { MCP_DEV_INSECURE: '1' }, {}],
  ['shared', { MCP_PCE_MODE: 'shared' }, { ...OAUTH, ...SERVICE_ACCOUNT }],
  ['per_user', {}, { ...OAUTH, MCP_KEK: KEY }],
  ['per_user', { MCP_PCE_MODE: 'per_user' }, { ...OAUTH, MCP_KEK_COMMAND: 'vault read' }],
  ['hybrid', { MCP_PCE_MODE: 'hybrid' }, { ...OAUTH, MCP_KEK: KEY, ...SERVICE_ACCOUNT }],
];
const ROWS = MODES.flatMap(([mode, asked, required]) =>
  Object.keys(required).map((name) => ({ mode, asked, required, name })),
);

const settingsOf = (environment: Environment) => loadConfig({ environment, dotenv: '' }).settings;

function refusal(environment: Environment): string {
  try {
    return `starts in ${checkServing(settingsOf(environment))}`;
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}

describe('an HTTP server', () => {
  it.each(MODES)('starts in mode %s with all it needs', (mode, asked, required) => {
    expect(refusal({ ...asked, ...required })).toBe(`starts in ${mode}`);
  });

  it.each(ROWS)('does not start in mode $mode without $name', ({ mode, asked, required, name }) => {
    const message = refusal({ ...asked, ...required, [name]: '' });
    const listed = name.startsWith('MCP_KEK') ? 'MCP_KEK or MCP_KEK_COMMAND' : name;
    expect(message).toBe(`The HTTP server cannot start in mode ${mode}:\n- ${listed} is not set`);
  });

  it.each(MODES)('lists everything mode %s lacks at once', (_mode, asked, required) => {
    const lines = refusal(asked).split('\n').length - 1;
    expect(Math.max(0, lines)).toBe(Object.keys(required).length);
  });

  it.each(['0.0.0.0', '::', '192.0.2.1', 'mcp.example.com', '127.0.0.1.evil.example'])(
    'listens on %s only with named hosts and sign-in',
    (host) => {
      const shared = { MCP_PCE_MODE: 'shared', ...OAUTH, ...SERVICE_ACCOUNT, MCP_HTTP_HOST: host };
      expect(refusal(shared)).toContain('- MCP_ALLOWED_HOSTS is not set');
      expect(refusal({ ...shared, MCP_ALLOWED_HOSTS: 'mcp.example.com' })).toBe('starts in shared');
      expect(refusal({ MCP_DEV_INSECURE: '1', MCP_HTTP_HOST: host, MCP_ALLOWED_HOSTS: 'mcp.example.com' })).toContain(
        'on this machine only',
      );
    },
  );

  it('warns where nobody is protected and where nobody gets in', () => {
    const insecure = settingsOf({ MCP_DEV_INSECURE: '1' });
    expect(servingWarnings(insecure, 'dev_insecure')).toEqual([
      expect.stringContaining('everyone on this machine is admin'),
    ]);
    expect(servingWarnings(settingsOf({}), 'shared')).toEqual([expect.stringContaining('forbidden_no_role')]);
    expect(servingWarnings(settingsOf({ MCP_ROLE_DEFAULT: 'reader' }), 'shared')).toEqual([]);
    expect(servingWarnings(settingsOf({ MCP_ROLE_GROUPS_ADMIN: 'a' }), 'shared')).toEqual([]);
  });
});
