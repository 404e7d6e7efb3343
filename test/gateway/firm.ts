import * as openid from 'openid-client';
import { loadConfig } from '../../src/config/load.ts';
import { createLog } from '../../src/core/log.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { makeTls } from '../../src/simulator/tls.ts';
import { startGateway } from '../../src/transports/http/gateway.ts';
import type { HttpServer } from '../../src/transports/http/server.ts';
import { message } from '../attacks/harness/gateway.ts';
import { type OpenIdProvider, startOpenId } from '../identity/oidc.ts';
import { startReverseProxy } from '../identity/reverse-proxy.ts';
import { stateFolder } from '../identity/state.ts';
import { type Browser, openBrowser } from './browser.ts';

type Json = Readonly<Record<string, unknown>>;

type Env = Readonly<Record<string, string>>;

/** The PCE of the place as one service account for everybody. */
export const serviceAccount = ({ url, orgId, apiKey, apiSecret }: Simulator): Env => ({
  PCE_HOST: url,
  PCE_ORG_ID: String(orgId),
  API_KEY: apiKey,
  API_SECRET: apiSecret,
});

const SCOPE = 'illumio-mcp.use';
const key = (byte: number) => Buffer.alloc(32, byte).toString('base64');

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  ada: ['staff', 'admins'],
  ben: ['admins', 'approvers'],
  rita: ['readers'],
  lea: ['admins', 'approvers', 'team-pos'],
};

/** The gateway behind a proxy, a real OpenID provider library beside it, a simulated PCE behind it. */
export interface Firm {
  /** Of the pages, as browsers see it. */
  readonly origin: string;
  /** Where that name leads: host and port of the proxy. */
  readonly address: string;
  /** The authority that signed the certificate of that name; empty without TLS. */
  readonly ca: string;
  readonly openId: OpenIdProvider;
  readonly routes: HttpServer['routes'];
  readonly simulator: Simulator;
  readonly log: () => string;
  /** A browser in which this person has signed in, looking at `path`. */
  signedIn(login: string, path: string): Promise<Browser>;
  /** An access token of the provider for this person. */
  tokenOf(login: string): Promise<string>;
  /** A tool call with one, and what else its `_meta` is to say. */
  call(login: string, tool: string, args?: Json, meta?: Json): Promise<Json>;
  /** Another replica over the same stores takes over; the first ends. */
  failOver(): Promise<void>;
  close(): Promise<void>;
}

/** `name`: browsers come to that name over TLS, as in a company; without it to loopback without. */
export async function firm(env: Env | ((simulator: Simulator) => Env) = {}, name?: string): Promise<Firm> {
  const tls = name === undefined ? undefined : makeTls(name);
  const [proxy, simulator] = await Promise.all([
    startReverseProxy(tls),
    createSimulator({ profile: 'small', nowMs: Date.UTC(2026, 4, 12, 9), rateLimit: 'off', tls: true }),
  ]);
  const origin = name === undefined ? proxy.origin : `https://${name}`;
  const endpoint = `${origin}/mcp`;
  const client = { client_id: 'gateway', client_secret: 'canary-client-secret' };
  const openId = await startOpenId({
    scope: SCOPE,
    groupsOf: (login) => GROUPS[login] ?? [],
    clients: [
      {
        ...client,
        redirect_uris: [`${origin}/signin/callback`],
        token_endpoint_auth_method: 'client_secret_post',
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
  });
  const state = stateFolder();
  const { settings } = loadConfig({
    dotenv: '',
    environment: {
      ...state.env,
      MCP_PCE_MODE: 'per_user',
      MCP_HTTP_PORT: '0',
      MCP_PUBLIC_URL: endpoint,
      MCP_OAUTH_ISSUER: openId.issuer,
      MCP_OAUTH_JWKS_URL: openId.jwksUrl,
      MCP_OAUTH_AUDIENCE: endpoint,
      MCP_OAUTH_CLIENT_ID: client.client_id,
      MCP_OAUTH_CLIENT_SECRET: client.client_secret,
      MCP_COOKIE_KEY: key(5),
      MCP_KEK: key(3),
      MCP_CONFIRM_HMAC_KEY: key(7),
      MCP_ALLOWED_PCE_HOSTS: `${simulator.host}:${simulator.port}`,
      PCE_TLS_VERIFY: 'false',
      PCE_REQUESTS_PER_MINUTE: '0',
      MCP_ROLE_GROUPS_ADMIN: 'admins',
      MCP_ROLE_GROUPS_READER: 'readers',
      MCP_RATE_LIMIT_MCP: '0',
      MCP_TOOLSETS: 'all',
      ...(typeof env === 'function' ? env(simulator) : env),
    },
  });
  const lines: string[] = [];
  const started = async () => {
    const replica = await startGateway(settings, {
      log: createLog({ level: 'debug', write: (line) => void lines.push(line) }),
    });
    proxy.sendTo(replica.url);
    return replica;
  };
  let gateway = await started();

  async function tokenOf(login: string): Promise<string> {
    const configuration = await openid.discovery(
      new URL(openId.issuer),
      client.client_id,
      undefined,
      openid.ClientSecretPost(client.client_secret),
      { execute: [openid.allowInsecureRequests] },
    );
    const pkceCodeVerifier = openid.randomPKCECodeVerifier();
    const url = openid.buildAuthorizationUrl(configuration, {
      redirect_uri: `${origin}/signin/callback`,
      scope: `openid ${SCOPE}`,
      resource: endpoint,
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    });
    const back = await openId.signIn(url, login, `${origin}/signin/callback`);
    const tokens = await openid.authorizationCodeGrant(
      configuration,
      back,
      { pkceCodeVerifier },
      { resource: endpoint },
    );
    return tokens.access_token;
  }

  return {
    origin,
    address: proxy.address,
    ca: tls?.ca ?? '',
    routes: gateway.routes,
    openId,
    simulator,
    log: () => lines.join(''),
    tokenOf,
    async signedIn(login, path) {
      const browser = openBrowser();
      const sent = await browser.get(`${origin}${path}`);
      if (sent.location === null) throw new Error(`${sent.status} ${sent.text}`);
      const back = await openId.signIn(new URL(sent.location), login, `${origin}/signin/callback`);
      const landed = await browser.get(back.href);
      const next = /url=([^"]+)"/.exec(landed.text)?.[1];
      if (next === undefined) throw new Error(`${landed.status} ${landed.text}`);
      await browser.get(next);
      return browser;
    },
    async call(login, tool, args = {}, meta = {}) {
      const request = message('tools/call', { name: tool, arguments: args });
      const { _meta: said } = request.params;
      const response = await fetch(gateway.url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await tokenOf(login)}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': '2026-07-28',
          'mcp-method': 'tools/call',
          'mcp-name': tool,
        },
        body: JSON.stringify({ ...request, params: { ...request.params, _meta: { ...said, ...meta } } }),
      });
      const text = await response.text();
      const line = text.split('\n').find((each) => each.startsWith('data: '));
      const { result = {} } = JSON.parse(line === undefined ? text : line.slice('data: '.length)) as {
        readonly result?: Json & { readonly _meta?: Json };
      };
      // oxlint-disable-next-line no-underscore-dangle -- the protocol's name
      return (result['structuredContent'] ?? result._meta?.['illumio-mcp/error'] ?? result) as Json;
    },
    async failOver() {
      const first = gateway;
      gateway = await started();
      await first.close();
    },
    async close() {
      await gateway.close();
      await Promise.all([openId.close(), simulator.close(), proxy.close()]);
      state.remove();
    },
  };
}
