import { describe, expect, it } from 'vitest';
import { Failure } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import { type ConfigInput, loadConfig } from './load.ts';
import { settings } from './schema.ts';
import { configTable, redactedConfig } from './table.ts';

const load = (environment: Record<string, string>, more: Omit<ConfigInput, 'environment'> = {}) =>
  loadConfig({ environment, dotenv: '', ...more });

function refusal(environment: Record<string, string>, more: Omit<ConfigInput, 'environment'> = {}): string {
  try {
    load(environment, more);
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    if (error instanceof Failure) expect(error.code).toBe('invalid_configuration');
    return error instanceof Error ? error.message : '';
  }
  return 'accepted';
}

const reveal = (value: unknown) =>
  value instanceof Secret ? value.reveal() : value instanceof URL ? value.href : value;

const KEY = Buffer.alloc(32, 7).toString('base64');

/** One row per setting: a good text and its value, and a bad text where there is one. The defaults are those of the documents. */
const ROWS: Record<string, { readonly good: [string, unknown]; readonly bad?: string; readonly default?: unknown }> = {
  PCE_HOST: {
    good: ['pce.example.com', { scheme: 'https', host: 'pce.example.com', port: undefined, defaultPort: 8443 }],
    bad: 'a b',
  },
  PCE_PORT: { good: ['8443', 8443], bad: '70000' },
  PCE_ORG_ID: { good: ['9007199254740993', '9007199254740993'], bad: 'one' },
  API_KEY: { good: ['api_1f', 'api_1f'] },
  API_SECRET: { good: ['s3cr3t', 's3cr3t'] },
  PCE_TLS_VERIFY: { good: ['No', false], bad: 'maybe', default: true },
  PCE_CA_FILE: { good: ['/ca.pem', '/ca.pem'] },
  PCE_CLIENT_CERT_FILE: { good: ['/c.pem', '/c.pem'] },
  PCE_CLIENT_KEY_FILE: { good: ['/k.pem', '/k.pem'] },
  HTTPS_PROXY: { good: ['http://proxy:3128', 'http://proxy:3128/'], bad: 'socks5://proxy:1080' },
  NO_PROXY: { good: ['a.example, .b.example', ['a.example', '.b.example']] },
  PCE_REQUESTS_PER_MINUTE: { good: ['0', 0], bad: '-1', default: 450 },
  MCP_READ_ONLY: { good: ['1', true], bad: 'ja', default: false },
  MCP_TOOLSETS: { good: ['traffic,Risk', ['traffic', 'risk']], bad: 'traffic,rsik' },
  MCP_ALLOWED_TOOLS: { good: ['get-workloads', ['get-workloads']] },
  MCP_MAX_ANSWER_TOKENS: { good: ['20000', 20_000], bad: '20001', default: 10_000 },
  MCP_STRUCTURED: { good: ['off', false], bad: 'text', default: true },
  MCP_LOG_LEVEL: { good: ['DEBUG', 'DEBUG'], default: 'info' },
  MCP_LOG_FILE: { good: ['/tmp/x.log', '/tmp/x.log'] },
  DOCKER_CONTAINER: { good: ['true', 'true'] },
  MCP_STATE_DIR: { good: ['/var/lib/x', '/var/lib/x'] },
  MCP_DATABASE_URL: { good: ['postgres://u:p@db/x', 'postgres://u:p@db/x'], bad: 'mysql://db/x' },
  MCP_HTTP_HOST: { good: ['0.0.0.0', '0.0.0.0'], default: '127.0.0.1' },
  MCP_HTTP_PORT: { good: ['0', 0], bad: 'http', default: 8080 },
  MCP_PUBLIC_URL: {
    good: ['https://mcp.example.com/mcp', 'https://mcp.example.com/mcp'],
    bad: 'http://mcp.example.com',
  },
  MCP_ALLOWED_HOSTS: { good: ['a,b', ['a', 'b']] },
  MCP_ALLOWED_ORIGINS: { good: ['https://a', ['https://a']] },
  MCP_TRUSTED_PROXIES: { good: ['10.0.0.0/8, ::1', ['10.0.0.0/8', '::1']], bad: '10.0.0.0/33' },
  MCP_METRICS_PORT: { good: ['9090', 9090], bad: '0' },
  MCP_RATE_LIMIT_MCP: { good: ['-1', -1], bad: 'x', default: 60 },
  MCP_RATE_LIMIT_CONFIRM: { good: ['5', 5], bad: 'x', default: 10 },
  MCP_DEV_INSECURE: { good: ['yes', true], bad: '2', default: false },
  MCP_OAUTH_ISSUER: { good: ['https://idp.example', 'https://idp.example'], bad: 'http://idp.example' },
  MCP_OAUTH_JWKS_URL: { good: ['http://127.0.0.1:1/jwks', 'http://127.0.0.1:1/jwks'], bad: 'ftp://idp' },
  MCP_OAUTH_AUDIENCE: { good: ['a,b', ['a', 'b']] },
  MCP_OAUTH_REQUIRED_SCOPE: { good: ['x.y', 'x.y'], default: 'illumio-mcp.use' },
  MCP_OAUTH_CLIENT_ID: { good: ['id', 'id'] },
  MCP_OAUTH_CLIENT_SECRET: { good: ['hush', 'hush'] },
  MCP_OAUTH_SIGNIN_SCOPE: { good: ['openid api://x/y', 'openid api://x/y'] },
  MCP_COOKIE_KEY: { good: [KEY, KEY], bad: 'c2hvcnQ=' },
  MCP_ROLE_GROUPS_ADMIN: { good: ['a,b', ['a', 'b']] },
  MCP_ROLE_GROUPS_OPERATOR: { good: ['a', ['a']] },
  MCP_ROLE_GROUPS_READER: { good: ['a', ['a']] },
  MCP_ROLE_DEFAULT: { good: ['Reader', 'reader'], bad: 'root' },
  MCP_LABEL_SCOPES: {
    good: [
      'team=app=pos; "CN=a;b"=env=dev',
      [
        { group: 'team', expression: 'app=pos' },
        { group: 'CN=a;b', expression: 'env=dev' },
      ],
    ],
    bad: 'team=app!=pos',
  },
  MCP_PCE_MODE: { good: ['shared', 'shared'], bad: 'both', default: 'per_user' },
  MCP_KEK: { good: [KEY, KEY], bad: 'x' },
  MCP_KEK_PREVIOUS: { good: [KEY, KEY], bad: 'x' },
  MCP_KEK_COMMAND: { good: ['vault read', 'vault read'] },
  MCP_KEYSTORE_PATH: { good: ['/k.db', '/k.db'], default: './data/keys.db' },
  MCP_ALLOWED_PCE_HOSTS: { good: ['pce.example.com', ['pce.example.com']] },
  MCP_AUDIT_LOG_PATH: { good: ['/a.db', '/a.db'] },
  MCP_CONFIRM_MODE: { good: ['second', 'second'], bad: 'third', default: 'token' },
  MCP_CONFIRM_TOOLS: { good: ['provision-policy', ['provision-policy']] },
  MCP_CONFIRM_APPROVERS: { good: ['g', ['g']] },
  MCP_CONFIRM_HMAC_KEY: { good: [KEY, KEY], bad: 'A'.repeat(42) },
  MCP_CONFIRM_TTL_SECONDS: { good: ['60', 60], bad: '0', default: 120 },
  MCP_CONFIRM_JTI_PATH: { good: ['/j.db', '/j.db'] },
  MCP_CONFIRM_FRESH_AUTH_SECONDS: { good: ['300', 300], bad: '-5' },
  OTEL_EXPORTER_OTLP_ENDPOINT: { good: ['http://otel:4318', 'http://otel:4318/'], bad: 'otel:4318' },
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: { good: ['https://otel/v1', 'https://otel/v1'], bad: 'ftp://otel' },
  OTEL_EXPORTER_OTLP_HEADERS: { good: ['a=b', 'a=b'] },
  OTEL_EXPORTER_OTLP_PROTOCOL: { good: ['http/json', 'http/json'], bad: 'grpc', default: 'http/protobuf' },
  OTEL_SERVICE_NAME: { good: ['x', 'x'], default: 'illumio-mcp' },
  OTEL_RESOURCE_ATTRIBUTES: { good: ['a=b', 'a=b'] },
  OTEL_TRACES_SAMPLER: { good: ['always_off', 'always_off'], bad: 'sometimes', default: 'parentbased_always_on' },
  OTEL_TRACES_SAMPLER_ARG: { good: ['0.25', 0.25], bad: '2', default: 1 },
  OTEL_SDK_DISABLED: { good: ['true', true], bad: 'maybe', default: false },
};

describe('every setting', () => {
  it('has a row here', () => {
    expect(Object.keys(ROWS)).toEqual(settings.map(({ name }) => name));
  });

  it.each(settings.map(({ name }) => name))('%s is read, has its default, is unset when empty', (name) => {
    const row = ROWS[name];
    const unset = load({ [name]: '  ' });
    expect(reveal(unset.settings[name])).toEqual(row?.default);
    expect(unset.sources[name]).toBe('default');
    const [text, value] = row?.good ?? ['', undefined];
    const set = load({ [name]: text });
    expect(reveal(set.settings[name])).toEqual(value);
    expect(set.sources[name]).toBe('environment');
    if (row?.bad !== undefined) expect(refusal({ [name]: row.bad })).toContain(`- ${name} must be `);
  });

  it('lists everything that is wrong in one message', () => {
    const message = refusal({ PCE_PORT: 'x', MCP_STRUCTURED: 'x', MCP_ROLE_DEFAULT: 'x', MCP_READONLY: '1' });
    expect(message.split('\n')).toHaveLength(5);
    for (const name of ['PCE_PORT', 'MCP_STRUCTURED', 'MCP_ROLE_DEFAULT', 'MCP_READ_ONLY'])
      expect(message).toContain(name);
  });

  it('never repeats a bad value, which may be a secret in the wrong place', () => {
    expect(refusal({ PCE_PORT: 'hunter2-hunter2', MCP_KEK: 'hunter2-hunter2' })).not.toContain('hunter2');
  });
});

describe('precedence', () => {
  it('takes flags before the environment before .env', () => {
    const dotenv = 'MCP_LOG_LEVEL=error\nMCP_STRUCTURED=off\nMCP_HTTP_PORT=1\n# a comment\n';
    const config = load({ MCP_LOG_LEVEL: 'debug', MCP_HTTP_PORT: '2' }, { dotenv, flags: { MCP_HTTP_PORT: '3' } });
    expect(config.settings).toMatchObject({ MCP_LOG_LEVEL: 'debug', MCP_STRUCTURED: false, MCP_HTTP_PORT: 3 });
    expect(config.sources).toMatchObject({
      MCP_LOG_LEVEL: 'environment',
      MCP_STRUCTURED: '.env',
      MCP_HTTP_PORT: 'flag',
    });
  });

  it('reads a secret from the file its NAME_FILE names', () => {
    const config = load({ API_SECRET_FILE: '/run/secrets/x' }, { readFile: () => 'hush\n' });
    expect(reveal(config.settings.API_SECRET)).toBe('hush');
    expect(config.sources['API_SECRET']).toBe('file');
  });

  it('refuses a secret given twice, from an empty file, or from none', () => {
    expect(refusal({ API_SECRET: 'a', API_SECRET_FILE: '/x' }, { readFile: () => 'b' })).toContain('both set');
    expect(refusal({ API_SECRET_FILE: '/x' }, { readFile: () => '\n' })).toContain('empty file');
    expect(refusal({ API_SECRET_FILE: '/does/not/exist' })).toContain('API_SECRET_FILE cannot be read (ENOENT)');
  });

  it('does not let .env send a key of the environment elsewhere', () => {
    const dotenv = 'PCE_HOST=evil.example\nPCE_TLS_VERIFY=false\nhttps_proxy=http://evil.example\nPCE_ORG_ID=3';
    const config = load({ API_SECRET: 'mine', PCE_HOST: 'pce.example.com' }, { dotenv });
    expect(config.settings.PCE_HOST?.host).toBe('pce.example.com');
    expect(config.settings.PCE_TLS_VERIFY).toBe(true);
    expect(config.settings.HTTPS_PROXY).toBeUndefined();
    expect(config.settings.PCE_ORG_ID).toBe('3');
    expect(config.warnings.join()).toContain('PCE_TLS_VERIFY');
    expect(load({}, { dotenv: `API_SECRET=mine\n${dotenv}` }).settings.PCE_TLS_VERIFY).toBe(false);
  });
});

describe('misspelled names', () => {
  it.each([
    'MCP_READONLY',
    'MCP_READ_ONLY_MODE',
    'mcp_read_only',
    'MCP_RAED_ONLY',
    'MCP_TOOLSET',
    'MCP_ALLOW_TOOLS',
    'MCP_DEV_INSECUR',
  ])('%s stops the start', (name) => {
    expect(refusal({ [name]: '1' })).toContain(`${name} is not a setting; did you mean MCP_`);
  });

  it.each(['PCE_HOSTNAME', 'PCE_TLS_VERFY', 'MCP_LOGLEVEL', 'MCP_PUBLC_URL'])('%s warns', (name) => {
    expect(load({ [name]: 'x' }).warnings).toEqual([
      expect.stringContaining(`${name} is not a setting; did you mean `),
    ]);
  });

  it.each(['MCP_TIMEOUT', 'MCP_TOOL_TIMEOUT', 'MAX_MCP_OUTPUT_TOKENS', 'PCE_TEST_PROVISION', 'MCP_KEK_FILE'])(
    '%s is nobody’s business',
    (name) => {
      const config = load({ [name]: '/x' }, { readFile: () => KEY });
      expect(config.warnings).toEqual([]);
    },
  );

  it('warns of an unknown log level and goes on with info, as the reference server does', () => {
    expect(load({ MCP_LOG_LEVEL: 'loud' }).warnings).toEqual([expect.stringContaining('using info')]);
  });
});

describe('PCE_HOST', () => {
  it.each([
    ['https://pce.example.com', { scheme: 'https', host: 'pce.example.com', port: undefined, defaultPort: 443 }],
    ['https://PCE.example.com:8443/', { scheme: 'https', host: 'pce.example.com', port: 8443, defaultPort: 443 }],
    ['pce.example.com:9443', { scheme: 'https', host: 'pce.example.com', port: 9443, defaultPort: 8443 }],
    ['http://127.0.0.1:8000', { scheme: 'http', host: '127.0.0.1', port: 8000, defaultPort: 80 }],
    ['http://[::1]:8000', { scheme: 'http', host: '::1', port: 8000, defaultPort: 80 }],
    ['2001:db8::1', { scheme: 'https', host: '2001:db8::1', port: undefined, defaultPort: 8443 }],
  ])('reads %s', (text, value) => {
    expect(load({ PCE_HOST: text }).settings.PCE_HOST).toEqual(value);
  });

  it.each([
    'http://pce.example.com',
    'http://127.0.0.1.evil.example',
    'https://user:pass@pce.example.com',
    'https://pce.example.com/api/v2',
    'https://pce.example.com?x=1',
    'ftp://pce.example.com',
    'pce.example.com#x',
    'https://',
  ])('refuses %s', (text) => {
    expect(refusal({ PCE_HOST: text })).toContain('PCE_HOST must be');
  });
});

it('reads a proxy without a scheme as curl does', () => {
  expect(load({ https_proxy: 'proxy.example:3128' }).settings.HTTPS_PROXY?.href).toBe('http://proxy.example:3128/');
});

it('does not choose between two ports', () => {
  expect(refusal({ PCE_HOST: 'pce.example.com:1', PCE_PORT: '2' })).toContain(
    'PCE_PORT and the port in PCE_HOST differ',
  );
  expect(refusal({ PCE_HOST: 'pce.example.com:1', PCE_PORT: '1' })).toBe('accepted');
  expect(refusal({ PCE_HOST: 'https://pce.example.com', PCE_PORT: '8443' })).toBe('accepted');
});

describe('what is shown', () => {
  it('documents every setting with its default', () => {
    const table = configTable();
    for (const { name, fallback } of settings) expect(table).toContain(`| \`${name}\` | ${fallback ?? '–'} |`);
  });

  it('holds no secret', () => {
    const canary = 'canary-4711-canary';
    const config = load({
      API_KEY: canary,
      API_SECRET: canary,
      MCP_DATABASE_URL: `postgres://u:${canary}@db/x`,
      HTTPS_PROXY: `http://${canary}:${canary}@proxy:1`,
      MCP_OAUTH_CLIENT_SECRET: canary,
    });
    const shown = redactedConfig(config);
    expect(JSON.stringify(shown)).not.toContain(canary);
    expect(shown).toContainEqual({ name: 'API_KEY', value: '[redacted]', source: 'environment' });
    expect(shown).toContainEqual({ name: 'MCP_HTTP_PORT', value: '8080', source: 'default' });
  });
});
