import { z } from 'zod';
import { TOOLSETS } from '../core/toolset.ts';
import {
  databaseUrl,
  flag,
  httpsIdentifier,
  httpUrl,
  httpsUrl,
  integer,
  key32,
  labelScopes,
  list,
  listOf,
  networks,
  oneOf,
  orgId,
  pceHost,
  proxyUrl,
  secret,
  share,
  text,
} from './types.ts';

/** What the documentation and the loader know about a setting beside its type. */
export interface About {
  readonly group: string;
  readonly purpose: string;
  /** The default as the table shows it; absent: none. */
  readonly fallback?: string;
  /** May also be given as a file by `NAME_FILE`; never shown. */
  readonly secret?: true;
  /** Command-line flag that wins over the environment. */
  readonly flag?: string;
  /** A misspelling of this name stops the start: the operator believes in a protection that is not there. */
  readonly safety?: true;
  /** Says where the API key is sent and how it is protected on the way. */
  readonly route?: true;
}

/** Everything `about` a setting, by its type. */
export const about = z.registry<About>();

/** `type` with a default, written as one would write it in the environment. */
const withDefault = <T>(type: z.ZodType<T, string>, fallback: string, facts: About) =>
  type.prefault(fallback).register(about, { ...facts, fallback });

const optional = <T>(type: z.ZodType<T, string>, facts: About) => type.optional().register(about, facts);

const PCE = 'Reaching the PCE';
const TOOLS = 'Tools and answers';
const LOGS = 'Logs and state';
const HTTP = 'HTTP server';
const AUTH = 'Who is calling over HTTP';
const KEYS = 'Whose PCE key';
const CONFIRM = 'Confirmation and audit';
const TRACES = 'Traces of the HTTP server';

const port = integer(1, 65_535);
const perMinute = integer(-1, 1_000_000);

/** Every setting there is. The order is the order of the documentation. Keys are the names in the environment. */
export const schema = z.object({
  PCE_HOST: optional(pceHost, { group: PCE, purpose: 'host name or URL of the PCE', route: true }),
  PCE_PORT: optional(port, {
    group: PCE,
    purpose: 'its port; without one, that of the URL, or 8443 for a host name',
    route: true,
  }),
  PCE_ORG_ID: optional(orgId, { group: PCE, purpose: 'number of the organisation' }),
  API_KEY: optional(secret, { group: PCE, purpose: 'id of the API key, `api_…`', secret: true }),
  API_SECRET: optional(secret, { group: PCE, purpose: 'secret of the API key', secret: true }),
  PCE_TLS_VERIFY: withDefault(flag, 'true', { group: PCE, purpose: 'check the certificate of the PCE', route: true }),
  PCE_CA_FILE: optional(text, { group: PCE, purpose: 'CA certificates to trust besides the usual ones', route: true }),
  PCE_CLIENT_CERT_FILE: optional(text, { group: PCE, purpose: 'client certificate for mutual TLS', route: true }),
  PCE_CLIENT_KEY_FILE: optional(text, { group: PCE, purpose: 'its private key', route: true }),
  HTTPS_PROXY: optional(proxyUrl, { group: PCE, purpose: 'proxy on the way to the PCE', route: true }),
  NO_PROXY: optional(list, { group: PCE, purpose: 'hosts reached without the proxy', route: true }),
  PCE_REQUESTS_PER_MINUTE: withDefault(integer(0, 100_000), '450', {
    group: PCE,
    purpose: 'requests per minute and API key; 0 is no limit',
  }),

  MCP_READ_ONLY: withDefault(flag, 'false', {
    group: TOOLS,
    purpose: 'nothing can be changed on the PCE; wins over every other setting',
    flag: 'read-only',
    safety: true,
  }),
  MCP_TOOLSETS: optional(listOf('default', 'all', ...TOOLSETS), {
    group: TOOLS,
    fallback: 'default',
    purpose: `toolsets to offer: default, all, ${TOOLSETS.join(', ')}`,
    flag: 'toolsets',
    safety: true,
  }),
  MCP_ALLOWED_TOOLS: optional(list, {
    group: TOOLS,
    purpose: 'only these tools; without MCP_TOOLSETS chosen from the whole catalogue',
    flag: 'allowed-tools',
    safety: true,
  }),
  MCP_MAX_ANSWER_TOKENS: withDefault(integer(500, 20_000), '10000', {
    group: TOOLS,
    purpose: 'cap of one answer, text and structured content together (4 characters a token)',
  }),
  MCP_STRUCTURED: withDefault(flag, 'on', { group: TOOLS, purpose: 'send structured content beside the text' }),

  MCP_LOG_LEVEL: withDefault(text, 'info', {
    group: LOGS,
    purpose: 'debug, info, warning or error; anything else is info, with a warning',
    flag: 'log-level',
  }),
  MCP_LOG_FILE: optional(text, { group: LOGS, purpose: 'write the log to this file too' }),
  DOCKER_CONTAINER: optional(text, {
    group: LOGS,
    purpose: 'set in the image: the log file is `/var/log/illumio-mcp/illumio-mcp.log`',
  }),
  MCP_STATE_DIR: optional(text, { group: LOGS, purpose: 'folder for plans and other state on stdio' }),
  MCP_DATABASE_URL: optional(databaseUrl, {
    group: LOGS,
    purpose: 'PostgreSQL instead of SQLite files, for replicas',
    secret: true,
  }),

  MCP_HTTP_HOST: withDefault(text, '127.0.0.1', { group: HTTP, purpose: 'address to listen on', flag: 'host' }),
  MCP_HTTP_PORT: withDefault(integer(0, 65_535), '8080', {
    group: HTTP,
    purpose: 'port to listen on; 0 takes a free one',
    flag: 'port',
  }),
  MCP_PUBLIC_URL: optional(httpsIdentifier, { group: HTTP, purpose: 'URL under which clients reach the server' }),
  MCP_ALLOWED_HOSTS: optional(list, { group: HTTP, purpose: 'host names answered; without it those of this machine' }),
  MCP_ALLOWED_ORIGINS: optional(list, { group: HTTP, purpose: 'browser origins answered' }),
  MCP_TRUSTED_PROXIES: optional(networks, {
    group: HTTP,
    purpose: 'networks whose `X-Forwarded-*` headers are believed',
  }),
  MCP_METRICS_PORT: optional(port, { group: HTTP, purpose: 'port of the Prometheus listener' }),
  MCP_RATE_LIMIT_MCP: withDefault(perMinute, '60', {
    group: HTTP,
    purpose: 'tool calls per minute and caller; 0 or less is no limit',
  }),
  MCP_RATE_LIMIT_CONFIRM: withDefault(perMinute, '10', {
    group: HTTP,
    purpose: 'confirmations per minute and caller; 0 or less is no limit',
  }),

  MCP_DEV_INSECURE: withDefault(flag, 'false', {
    group: AUTH,
    purpose: 'no authentication, everyone is admin; loopback only',
    safety: true,
  }),
  MCP_OAUTH_ISSUER: optional(httpsIdentifier, { group: AUTH, purpose: 'issuer of the access tokens' }),
  MCP_OAUTH_JWKS_URL: optional(httpsUrl, { group: AUTH, purpose: 'where its signing keys are' }),
  MCP_OAUTH_AUDIENCE: optional(list, { group: AUTH, purpose: 'accepted audiences of a token' }),
  MCP_OAUTH_REQUIRED_SCOPE: withDefault(text, 'illumio-mcp.use', { group: AUTH, purpose: 'scope a token must carry' }),
  MCP_OAUTH_CLIENT_ID: optional(text, { group: AUTH, purpose: 'OAuth client for signing in to the pages' }),
  MCP_OAUTH_CLIENT_SECRET: optional(secret, { group: AUTH, purpose: 'its secret', secret: true }),
  MCP_OAUTH_SIGNIN_SCOPE: optional(text, {
    group: AUTH,
    purpose: 'scopes asked for when signing in, for providers that name the API there (Entra ID)',
  }),
  MCP_COOKIE_KEY: optional(key32, { group: AUTH, purpose: 'seals the cookies of the pages', secret: true }),
  MCP_ROLE_GROUPS_ADMIN: optional(list, { group: AUTH, purpose: 'groups whose members are admin' }),
  MCP_ROLE_GROUPS_OPERATOR: optional(list, { group: AUTH, purpose: 'groups whose members are operator' }),
  MCP_ROLE_GROUPS_READER: optional(list, { group: AUTH, purpose: 'groups whose members are reader' }),
  MCP_ROLE_DEFAULT: optional(oneOf('reader', 'operator', 'admin'), {
    group: AUTH,
    purpose: 'role of everyone in none of these groups; without it they are refused',
  }),
  MCP_LABEL_SCOPES: optional(labelScopes, {
    group: AUTH,
    purpose: 'what members of a group are limited to: `GROUP=LABEL EXPRESSION; …`',
    safety: true,
  }),

  MCP_PCE_MODE: withDefault(oneOf('per_user', 'shared', 'hybrid'), 'per_user', {
    group: KEYS,
    purpose: 'each caller’s own PCE key, one for all, or own if registered',
  }),
  MCP_KEK: optional(key32, { group: KEYS, purpose: 'key that encrypts the registered PCE keys', secret: true }),
  MCP_KEK_PREVIOUS: optional(key32, {
    group: KEYS,
    purpose: 'the key before, until `keys rotate` has moved everything to the new one',
    secret: true,
  }),
  MCP_KEK_COMMAND: optional(text, { group: KEYS, purpose: 'command that prints that key' }),
  MCP_KEYSTORE_PATH: withDefault(text, './data/keys.db', { group: KEYS, purpose: 'where they are kept' }),
  MCP_ALLOWED_PCE_HOSTS: optional(list, { group: KEYS, purpose: 'the only PCE hosts callers may register' }),

  MCP_AUDIT_LOG_PATH: optional(text, {
    group: CONFIRM,
    purpose: 'audit database; over HTTP `audit.db` beside the key store',
  }),
  MCP_CONFIRM_MODE: withDefault(oneOf('token', 'person', 'second'), 'token', {
    group: CONFIRM,
    purpose: 'who confirms: the client with a token, the person, or a second person',
  }),
  MCP_CONFIRM_TOOLS: optional(list, { group: CONFIRM, purpose: 'tools to confirm instead of the default list' }),
  MCP_CONFIRM_APPROVERS: optional(list, { group: CONFIRM, purpose: 'groups who may approve in mode second' }),
  MCP_CONFIRM_HMAC_KEY: optional(key32, { group: CONFIRM, purpose: 'signs the confirm tokens', secret: true }),
  MCP_CONFIRM_TTL_SECONDS: withDefault(integer(1, 86_400), '120', {
    group: CONFIRM,
    purpose: 'how long a confirm token lives',
  }),
  MCP_CONFIRM_JTI_PATH: optional(text, {
    group: CONFIRM,
    purpose: 'used confirmations; `jti.db` beside the key store',
  }),
  MCP_CONFIRM_FRESH_AUTH_SECONDS: optional(integer(1, 86_400), {
    group: CONFIRM,
    purpose: 'a confirmation needs a sign-in no older than this',
  }),

  // Names and meanings are those of OpenTelemetry's specification.
  OTEL_EXPORTER_OTLP_ENDPOINT: optional(httpUrl, {
    group: TRACES,
    purpose: 'collector (OTLP over HTTP); without one there are no traces',
  }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: optional(httpUrl, { group: TRACES, purpose: 'the whole URL for traces instead' }),
  OTEL_EXPORTER_OTLP_HEADERS: optional(secret, {
    group: TRACES,
    purpose: 'headers for the collector: `NAME=VALUE,…`',
    secret: true,
  }),
  OTEL_EXPORTER_OTLP_PROTOCOL: withDefault(oneOf('http/protobuf', 'http/json'), 'http/protobuf', {
    group: TRACES,
    purpose: '`http/protobuf` or `http/json`',
  }),
  OTEL_SERVICE_NAME: withDefault(text, 'illumio-mcp', { group: TRACES, purpose: 'name of the service' }),
  OTEL_RESOURCE_ATTRIBUTES: optional(text, { group: TRACES, purpose: 'what else to say of it: `NAME=VALUE,…`' }),
  OTEL_TRACES_SAMPLER: withDefault(
    oneOf(
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ),
    'parentbased_always_on',
    { group: TRACES, purpose: 'which traces are kept' },
  ),
  OTEL_TRACES_SAMPLER_ARG: withDefault(share, '1', { group: TRACES, purpose: 'share of the samplers with a ratio' }),
  OTEL_SDK_DISABLED: withDefault(flag, 'false', { group: TRACES, purpose: 'no traces, whatever else is set' }),
});

/** The settings as values, by their names in the environment. */
export type Settings = Readonly<z.output<typeof schema>>;

export type SettingName = keyof typeof schema.shape;

/** All settings with what is known about them, in order. */
export const settings: readonly (About & { readonly name: SettingName })[] = Object.entries(schema.shape).map(
  ([name, type]) => ({ name: name as SettingName, ...(about.get(type) ?? { group: '', purpose: '' }) }),
);
