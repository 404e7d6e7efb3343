import type { Simulator } from '../../src/simulator/simulator.ts';
import { message } from '../attacks/harness/gateway.ts';
import type { SigningKey } from '../identity/signing.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Answer {
  /** Of the tool, or its error. */
  readonly said: Json;
  readonly requestId: string;
}

/** People with tokens of the issuer, and what they ask of a server at some origin. Rejects where the connection breaks. */
export interface Asker {
  call(origin: string, subject: string, tool: string, args?: Json): Promise<Answer>;
  confirm(origin: string, subject: string, tool: string, paramsHash: unknown): Promise<string>;
}

const AUDIENCE = 'https://mcp.example.com/mcp';

export function askerWith(signing: SigningKey, issuer: string): Asker {
  const tokenFor = (subject: string): Promise<string> => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: issuer, aud: AUDIENCE, sub: subject, scope: 'illumio-mcp.use', iat: now, exp: now + 900 };
    return signing.sign({ kid: 'key-1', typ: 'at+jwt' }, claims);
  };
  return {
    async call(origin, subject, tool, args = {}) {
      const response = await fetch(`${origin}/mcp`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await tokenFor(subject)}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': '2026-07-28',
          'mcp-method': 'tools/call',
          'mcp-name': tool,
        },
        body: JSON.stringify(message('tools/call', { name: tool, arguments: args })),
      });
      const text = await response.text();
      const line = text.split('\n').find((each) => each.startsWith('data: '));
      const { result = {} } = JSON.parse(line === undefined ? text : line.slice('data: '.length)) as {
        readonly result?: Json & { readonly _meta?: Json };
      };
      // oxlint-disable-next-line no-underscore-dangle -- the protocol's name
      const said = (result['structuredContent'] ?? result._meta?.['illumio-mcp/error'] ?? { broken: text }) as Json;
      return { said, requestId: response.headers.get('x-request-id') ?? '' };
    },
    async confirm(origin, subject, tool, paramsHash) {
      const response = await fetch(`${origin}/confirm`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await tokenFor(subject)}`, 'content-type': 'application/json' },
        body: JSON.stringify({ tool, params_hash: paramsHash }),
      });
      const { confirm_token: token } = (await response.json()) as Json;
      return String(token);
    },
  };
}

const key = (byte: number) => Buffer.alloc(32, byte).toString('base64');

/** Of a server in mode hybrid where everybody is admin, in front of this PCE. */
export const environmentOf = (simulator: Simulator, issuer: string): Readonly<Record<string, string>> => ({
  MCP_PCE_MODE: 'hybrid',
  MCP_HTTP_PORT: '0',
  MCP_PUBLIC_URL: AUDIENCE,
  MCP_OAUTH_ISSUER: issuer,
  MCP_OAUTH_JWKS_URL: `${issuer}/jwks`,
  MCP_OAUTH_AUDIENCE: AUDIENCE,
  MCP_ROLE_DEFAULT: 'admin',
  MCP_CONFIRM_HMAC_KEY: key(7),
  MCP_KEK: key(3),
  MCP_RATE_LIMIT_MCP: '0',
  MCP_RATE_LIMIT_CONFIRM: '0',
  MCP_ALLOWED_PCE_HOSTS: `${simulator.host}:${simulator.port}`,
  PCE_TLS_VERIFY: 'false',
  PCE_REQUESTS_PER_MINUTE: '0',
  PCE_HOST: simulator.url,
  PCE_ORG_ID: String(simulator.orgId),
  API_KEY: simulator.apiKey,
  API_SECRET: simulator.apiSecret,
});

/** The key of the simulator as somebody would register it. */
export const keyOf = ({ host, port, orgId, apiKey, apiSecret }: Simulator): Json => ({
  pce_host: host,
  pce_port: port,
  pce_org_id: String(orgId),
  api_key: apiKey,
  api_secret: apiSecret,
  tls_verify: false,
});
