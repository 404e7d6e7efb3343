import { createServer, type IncomingHttpHeaders, request as httpRequest, type ServerResponse } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../../src/config/load.ts';
import { createLog } from '../../../src/core/log.ts';
import { startGateway } from '../../../src/transports/http/gateway.ts';
import { createSigningKey, type SigningKey } from '../../identity/signing.ts';

export const AUDIENCE = 'https://mcp.example.com/mcp';
const SCOPE = 'illumio-mcp.use';
const KEY = Buffer.alloc(32, 7).toString('base64');

export interface Recorded {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export interface Attacked {
  readonly url: string;
  readonly origin: string;
  /** Of the identity provider, at the time of asking. */
  readonly key: SigningKey;
  readonly issuer: string;
  /** What the PCE was asked. */
  readonly upstream: readonly Recorded[];
  /** How often the signing keys were fetched. */
  readonly keyFetches: () => number;
  readonly log: () => string;
  /** Where its databases are. */
  readonly folder: string;
  readonly claims: (more?: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  /** A token the provider would issue, with these changes. */
  readonly token: (
    claims?: Readonly<Record<string, unknown>>,
    header?: Readonly<Record<string, unknown>>,
  ) => Promise<string>;
  /** One JSON-RPC request of the newest revision. */
  readonly ask: (token: string | undefined, options?: AskOptions) => Promise<Response>;
  close(): Promise<void>;
}

export interface AskOptions {
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface AttackedOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What the provider answers where its keys are asked for. */
  readonly answerKeys?: (jwks: string, response: ServerResponse) => void;
}

/** The gateway as an operator starts it, in shared mode, between an identity provider and a PCE that record what they are asked. */
export async function attacked({ env = {}, answerKeys }: AttackedOptions = {}): Promise<Attacked> {
  const key = await createSigningKey('key-1');
  let fetches = 0;
  const idp = createServer((_request, response) => {
    fetches += 1;
    const jwks = JSON.stringify({ keys: [key.jwk] });
    if (answerKeys) answerKeys(jwks, response);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(jwks);
  });
  const upstream: Recorded[] = [];
  const pce = createServer(({ url: path = '', headers }, response) => {
    upstream.push({ path, headers });
    response.writeHead(404, { 'content-type': 'application/json' }).end('[]');
  });
  const [issuer, pceUrl] = await Promise.all([listening(idp), listening(pce)]);
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  const { settings } = loadConfig({
    dotenv: '',
    environment: {
      MCP_PCE_MODE: 'shared',
      MCP_HTTP_PORT: '0',
      MCP_KEYSTORE_PATH: join(folder, 'keys.db'),
      MCP_STATE_DIR: folder,
      MCP_PUBLIC_URL: AUDIENCE,
      MCP_OAUTH_ISSUER: issuer,
      MCP_OAUTH_JWKS_URL: `${issuer}/jwks`,
      MCP_OAUTH_AUDIENCE: AUDIENCE,
      MCP_ROLE_GROUPS_ADMIN: 'admins',
      MCP_ROLE_GROUPS_OPERATOR: 'operators',
      MCP_ROLE_GROUPS_READER: 'readers',
      MCP_CONFIRM_HMAC_KEY: KEY,
      PCE_HOST: pceUrl,
      PCE_ORG_ID: '1',
      API_KEY: 'api_canary_key',
      API_SECRET: 'canary-secret-4711',
      ...env,
    },
  });
  const lines: string[] = [];
  const log = createLog({ level: 'debug', write: (line) => void lines.push(line) });
  const server = await startGateway(settings, { log });
  const { origin } = new URL(server.url);

  const claims: Attacked['claims'] = (more = {}) => {
    const now = Math.floor(Date.now() / 1000);
    const times = { iat: now - 5, exp: now + 600 };
    return { iss: issuer, aud: AUDIENCE, sub: 'jane', scope: SCOPE, groups: ['admins'], ...times, ...more };
  };
  return {
    url: server.url,
    origin,
    key,
    issuer,
    upstream,
    keyFetches: () => fetches,
    log: () => lines.join(''),
    folder,
    claims,
    token: (more, header = {}) => key.sign({ kid: 'key-1', typ: 'at+jwt', ...header }, claims(more)),
    ask: (token, { method = 'tools/list', params = {}, headers = {} } = {}) =>
      fetch(server.url, {
        method: 'POST',
        body: JSON.stringify(message(method, params)),
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': '2026-07-28',
          'mcp-method': method,
          ...named(params),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
      }),
    async close() {
      await server.close();
      for (const other of [idp, pce]) {
        other.closeAllConnections();
        other.close();
      }
      rmSync(folder, { recursive: true });
    },
  };
}

/** The header in which the newest revision repeats what a request is about. */
export function named({ name, uri, taskId }: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const about = name ?? uri ?? taskId;
  return typeof about === 'string' ? { 'mcp-name': about } : {};
}

export const message = (method: string, params: object = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  method,
  params: {
    ...params,
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'attacker', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
});

/** A request exactly as given, past what `fetch` would refuse to send. */
export async function raw(url: string, headers: readonly string[], body = '', method = 'POST') {
  const { hostname, port, pathname } = new URL(url);
  const request = httpRequest({ hostname, port, path: pathname, method, headers: [...headers] });
  request.end(body);
  const [response] = await once(request, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: Number(response.statusCode), body: Buffer.concat(chunks).toString('utf8') };
}

async function listening(server: ReturnType<typeof createServer>): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  return `http://127.0.0.1:${address.port}`;
}
