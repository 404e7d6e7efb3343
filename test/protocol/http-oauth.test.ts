import {
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { createLog } from '../../src/core/log.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { tinyEstate } from '../../src/simulator/testing/tiny-estate.ts';
import { startGateway } from '../../src/transports/http/gateway.ts';
import type { HttpServer } from '../../src/transports/http/server.ts';
import { type OpenIdProvider, startOpenId } from '../identity/oidc.ts';
import { startReverseProxy } from '../identity/reverse-proxy.ts';
import { stateFolder } from '../identity/state.ts';
import { clientFor, REVISIONS } from './clients.ts';
import { pointingAt } from './programs.ts';

const REDIRECT = 'http://127.0.0.1:9/callback';
const SCOPE = 'illumio-mcp.use';
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  ada: ['staff', 'admins'],
  otto: ['staff', 'operators'],
  rita: ['readers'],
  nobody: ['staff'],
};

let openId: OpenIdProvider;
let simulator: Simulator;
let proxy: Awaited<ReturnType<typeof startReverseProxy>>;
let gateway: HttpServer;
let endpoint: URL;
const lines: string[] = [];
const state = stateFolder();

beforeAll(async () => {
  [openId, simulator, proxy] = await Promise.all([
    startOpenId({ scope: SCOPE, groupsOf: (login) => GROUPS[login] ?? [], clients: [] }),
    createSimulator({ estate: tinyEstate(), rateLimit: 'off' }),
    startReverseProxy(),
  ]);
  endpoint = new URL('/mcp', proxy.origin);
  const { settings } = loadConfig({
    dotenv: '',
    environment: {
      ...pointingAt(simulator),
      ...state.env,
      MCP_PCE_MODE: 'shared',
      MCP_HTTP_PORT: '0',
      MCP_PUBLIC_URL: endpoint.href,
      MCP_OAUTH_ISSUER: openId.issuer,
      MCP_OAUTH_JWKS_URL: openId.jwksUrl,
      MCP_OAUTH_AUDIENCE: endpoint.href,
      MCP_ROLE_GROUPS_ADMIN: 'admins',
      MCP_ROLE_GROUPS_OPERATOR: 'operators',
      MCP_ROLE_GROUPS_READER: 'readers',
      MCP_CONFIRM_HMAC_KEY: Buffer.alloc(32, 7).toString('base64'),
      MCP_RATE_LIMIT_MCP: '0',
    },
  });
  gateway = await startGateway(settings, {
    log: createLog({ level: 'debug', write: (line) => void lines.push(line) }),
  });
  proxy.sendTo(gateway.url);
});
afterAll(async () => {
  await gateway.close();
  await Promise.all([openId.close(), simulator.close(), proxy.close()]);
  state.remove();
});

/** What a client application keeps, and a person who is asked to sign in. */
function signingIn() {
  let information: StoredOAuthClientInformation | undefined;
  let tokens: StoredOAuthTokens | undefined;
  let verifier = '';
  let sentTo: URL | undefined;
  let discovery: OAuthDiscoveryState | undefined;
  const provider: OAuthClientProvider = {
    redirectUrl: REDIRECT,
    clientMetadata: {
      redirect_uris: [REDIRECT],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      application_type: 'native',
      client_name: 'test',
    },
    clientInformation: () => information,
    saveClientInformation: (given) => void (information = given),
    tokens: () => tokens,
    saveTokens: (given) => void (tokens = given),
    redirectToAuthorization: (url) => void (sentTo = url),
    saveCodeVerifier: (given) => void (verifier = given),
    codeVerifier: () => verifier,
    saveDiscoveryState: (given) => void (discovery = given),
    discoveryState: () => discovery,
  };
  return { provider, sentTo: () => sentTo, token: () => tokens?.access_token ?? '' };
}

/** The dance, from the first 401 to a connected client. */
async function connectAs(login: string, revision: (typeof REVISIONS)[number] = '2026-07-28') {
  const { provider, sentTo, token } = signingIn();
  const first = new StreamableHTTPClientTransport(endpoint, { authProvider: provider });
  await expect(clientFor(revision).connect(first)).rejects.toThrow(UnauthorizedError);
  const authorization = sentTo();
  if (!authorization) throw new Error('nobody was asked to sign in');
  expect(authorization.searchParams.get('resource')).toBe(endpoint.href);
  expect(authorization.searchParams.get('scope')).toContain(SCOPE);
  expect(authorization.searchParams.get('code_challenge_method')).toBe('S256');
  const callback = await openId.signIn(authorization, login, REDIRECT);
  await first.finishAuth(callback.searchParams);
  const client = clientFor(revision);
  await client.connect(new StreamableHTTPClientTransport(endpoint, { authProvider: provider }));
  return { client, token: token() };
}

interface Told {
  readonly error?: string;
  readonly allowed_roles?: readonly string[];
}

async function call(client: Awaited<ReturnType<typeof connectAs>>['client'], name: string, args: object = {}) {
  const result = await client.callTool({ name, arguments: { ...args } });
  const told: Told = Object(Reflect.get(Object(Reflect.get(result, '_meta')), 'illumio-mcp/error'));
  return { isError: result.isError ?? false, ...told };
}

describe('an official client that signs in at a real OpenID provider', () => {
  it.each(REVISIONS)('reads as a reader (%s)', async (revision) => {
    const { client } = await connectAs('rita', revision);
    expect(client.getNegotiatedProtocolVersion()).toBe(revision);
    expect(await call(client, 'get-labels')).toEqual({ isError: false });
    await client.close();
  });

  it('is offered what the role may use, and refused the rest as a tool error', async () => {
    const lists = new Map<string, readonly string[]>();
    for (const login of ['ada', 'otto', 'rita', 'nobody']) {
      const { client } = await connectAs(login);
      lists.set(
        login,
        (await client.listTools()).tools.map(({ name }) => name),
      );
      const label = { key: 'app', value: `of-${login}`, dry_run: true };
      const draft = await call(client, 'create-label', label);
      if (login === 'ada' || login === 'otto') expect(draft).toEqual({ isError: false });
      if (login === 'rita')
        expect(draft).toMatchObject({ isError: true, error: 'forbidden', allowed_roles: ['operator', 'admin'] });
      if (login === 'nobody') {
        expect(draft).toMatchObject({ isError: true, error: 'forbidden_no_role' });
        expect(await call(client, 'get-labels')).toMatchObject({ isError: true, error: 'forbidden_no_role' });
      }
      if (login === 'otto') expect(await call(client, 'provision-policy')).toMatchObject({ error: 'forbidden' });
      await client.close();
    }
    const [ada = [], otto = [], rita = [], nobody = []] = [...lists.values()];
    expect(nobody).toEqual([]);
    expect(rita.length).toBeGreaterThan(5);
    expect(rita).not.toContain('create-label');
    expect(otto).toEqual(expect.arrayContaining([...rita, 'create-label']));
    expect(otto).not.toContain('provision-policy');
    expect(ada).toEqual(expect.arrayContaining([...otto, 'provision-policy']));
  });

  it('changes a label as an operator, with the id of the request in the record', async () => {
    const { client, token } = await connectAs('otto');
    expect(await call(client, 'create-label', { key: 'app', value: 'new-app' })).toEqual({ isError: false });
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'x-request-id': 'request-4711',
    };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
    const opened = await fetch(endpoint, { method: 'POST', headers, body });
    await opened.text();
    const session = opened.headers.get('mcp-session-id') ?? '';
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { ...headers, 'mcp-session-id': session },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 2,
        method: 'tools/call',
        params: { name: 'get-labels', arguments: {} },
      }),
    });
    await response.text();
    expect(response.headers.get('x-request-id')).toBe('request-4711');
    const records = lines.filter((line) => line.includes('"call"') && line.includes('request-4711'));
    expect(records).toHaveLength(1);
    expect(records[0]).toContain('"tool":"get-labels"');
    expect(lines.join('')).not.toContain(token.slice(-40));
    await client.close();
  });
});
