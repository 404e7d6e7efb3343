import { Failure } from '../core/errors.ts';
import type { SettingName, Settings } from './schema.ts';
import { isLoopback } from './types.ts';

/** How the HTTP server knows its callers and whose PCE key it uses for them. */
export type ServingMode = 'dev_insecure' | 'shared' | 'per_user' | 'hybrid';

/** One setting, or several of which one is enough. */
type Required = SettingName | readonly SettingName[];

const OAUTH: readonly Required[] = [
  'MCP_PUBLIC_URL',
  'MCP_OAUTH_ISSUER',
  'MCP_OAUTH_JWKS_URL',
  'MCP_OAUTH_AUDIENCE',
  'MCP_CONFIRM_HMAC_KEY',
];
const SERVICE_ACCOUNT: readonly Required[] = ['PCE_HOST', 'PCE_ORG_ID', 'API_KEY', 'API_SECRET'];
const KEYSTORE: readonly Required[] = [['MCP_KEK', 'MCP_KEK_COMMAND']];

/** What each mode cannot start without. */
export const REQUIRED_SETTINGS: Readonly<Record<ServingMode, readonly Required[]>> = {
  dev_insecure: [],
  shared: [...OAUTH, ...SERVICE_ACCOUNT],
  per_user: [...OAUTH, ...KEYSTORE],
  hybrid: [...OAUTH, ...KEYSTORE, ...SERVICE_ACCOUNT],
};

export const servingMode = ({ MCP_DEV_INSECURE, MCP_PCE_MODE }: Settings): ServingMode =>
  MCP_DEV_INSECURE ? 'dev_insecure' : MCP_PCE_MODE;

/** The mode these settings ask for. Throws `invalid_configuration` that lists everything it lacks, in one message. */
export function checkServing(settings: Settings): ServingMode {
  const mode = servingMode(settings);
  const missing = REQUIRED_SETTINGS[mode].flatMap((required) => {
    const names = typeof required === 'string' ? [required] : required;
    return names.some((name) => settings[name] !== undefined) ? [] : [`${names.join(' or ')} is not set`];
  });
  const problems = [...missing, ...addressProblems(settings, mode), ...pageProblems(settings, mode)];
  if (problems.length === 0) return mode;
  throw new Failure('invalid_configuration', {
    message: `The HTTP server cannot start in mode ${mode}:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
    remedy:
      'Correct what is listed; `illumio-mcp config` shows the settings in force. To try the server on this machine without sign-in, set MCP_DEV_INSECURE=1.',
  });
}

function addressProblems({ MCP_HTTP_HOST: host, MCP_ALLOWED_HOSTS: hosts }: Settings, mode: ServingMode) {
  if (isLoopback(host)) return [];
  if (mode === 'dev_insecure')
    return [
      'MCP_HTTP_HOST is not an address of this machine alone: without authentication the server listens on this machine only',
    ];
  return hosts === undefined
    ? ['MCP_ALLOWED_HOSTS is not set, and MCP_HTTP_HOST is not an address of this machine']
    : [];
}

/** Pages for people need a way to sign in, and that a key for its cookies. */
function pageProblems(settings: Settings, mode: ServingMode): readonly string[] {
  const { MCP_CONFIRM_MODE: confirm, MCP_OAUTH_CLIENT_ID: client, MCP_COOKIE_KEY: key } = settings;
  if (mode === 'dev_insecure') return [];
  const withoutSignIn =
    confirm !== 'token' && client === undefined
      ? [`MCP_OAUTH_CLIENT_ID is not set, and with MCP_CONFIRM_MODE=${confirm} people sign in to approve`]
      : [];
  const withoutKey =
    (client !== undefined || confirm !== 'token') && key === undefined
      ? ['MCP_COOKIE_KEY is not set, and signing in to the pages needs it']
      : [];
  return [...withoutSignIn, ...withoutKey];
}

/** What an operator should know although the server starts. */
export function servingWarnings(settings: Settings, mode: ServingMode): readonly string[] {
  if (mode === 'dev_insecure') return ['MCP_DEV_INSECURE: no authentication, everyone on this machine is admin'];
  const { MCP_ROLE_GROUPS_ADMIN: a, MCP_ROLE_GROUPS_OPERATOR: o, MCP_ROLE_GROUPS_READER: r } = settings;
  return a || o || r || settings.MCP_ROLE_DEFAULT
    ? []
    : ['no MCP_ROLE_GROUPS_… and no MCP_ROLE_DEFAULT: every caller will be refused with forbidden_no_role'];
}
