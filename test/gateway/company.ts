import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { type Attacked, attacked } from '../attacks/harness/gateway.ts';
import { keyOf } from '../replicas/asking.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Company {
  readonly gateway: Attacked;
  readonly simulator: Simulator;
  /** The key of the simulator as somebody would register it. */
  readonly key: Json;
  /** Calls a tool as `subject` and gives back its structured answer or its error. */
  call(subject: string, tool: string, args?: Json, options?: CallOptions): Promise<Json>;
  /** `POST /confirm` as `subject`. */
  confirm(
    subject: string,
    body: Json | string,
    claims?: Json,
  ): Promise<{ readonly status: number; readonly body: Json }>;
  /** Calls, confirms what is asked for with `/confirm`, and calls again with the token. */
  confirmed(subject: string, tool: string, args?: Json): Promise<Json>;
  /** Of one of the gateway's own SQLite files. */
  rows(file: 'keys.db' | 'audit.db' | 'jti.db', query: string): readonly Json[];
  close(): Promise<void>;
}

export interface CallOptions {
  readonly claims?: Json;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface CompanyOptions {
  readonly mode?: 'per_user' | 'shared' | 'hybrid';
  readonly env?: Readonly<Record<string, string>>;
}

/** The gateway in front of a simulated PCE that speaks TLS, with an identity provider. */
export async function company({ mode = 'per_user', env = {} }: CompanyOptions = {}): Promise<Company> {
  const simulator = await createSimulator({
    profile: 'small',
    nowMs: Date.UTC(2026, 4, 12, 9),
    rateLimit: 'off',
    tls: true,
  });
  const { host, port, orgId, apiKey, apiSecret } = simulator;
  const gateway = await attacked({
    env: {
      MCP_PCE_MODE: mode,
      MCP_RATE_LIMIT_MCP: '0',
      MCP_TOOLSETS: 'all',
      PCE_TLS_VERIFY: 'false',
      PCE_REQUESTS_PER_MINUTE: '0',
      ...(mode === 'shared' ? {} : { MCP_KEK: Buffer.alloc(32, 3).toString('base64') }),
      MCP_ALLOWED_PCE_HOSTS: `${host}:${port}`,
      ...(mode === 'per_user'
        ? {}
        : { PCE_HOST: simulator.url, PCE_ORG_ID: String(orgId), API_KEY: apiKey, API_SECRET: apiSecret }),
      ...env,
    },
  });

  const call: Company['call'] = async (subject, tool, args = {}, { claims = {}, token, headers = {} } = {}) => {
    const response = await gateway.ask(await gateway.token({ sub: subject, ...claims }), {
      method: 'tools/call',
      params: {
        name: tool,
        arguments: token === undefined ? args : { ...args, _meta: { confirm_token: token } },
      },
      headers,
    });
    const text = await response.text();
    const line = text.split('\n').find((each) => each.startsWith('data: '));
    const { result, error } = JSON.parse(line === undefined ? text : line.slice('data: '.length)) as {
      readonly result?: Json & { readonly _meta?: Json };
      readonly error?: Json;
    };
    if (result === undefined) return { protocol: error };
    // oxlint-disable-next-line no-underscore-dangle -- the protocol's name
    return (result['structuredContent'] ?? result._meta?.['illumio-mcp/error'] ?? result) as Json;
  };
  const confirm: Company['confirm'] = async (subject, body, claims = {}) => {
    const response = await fetch(`${gateway.origin}/confirm`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await gateway.token({ sub: subject, ...claims })}`,
        'content-type': 'application/json',
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Json };
  };
  return {
    gateway,
    simulator,
    key: keyOf(simulator),
    call,
    confirm,
    async confirmed(subject, tool, args = {}) {
      const refused = await call(subject, tool, args);
      if (refused['error'] !== 'confirm_required') return refused;
      const { body } = await confirm(subject, { tool, params_hash: refused['params_hash'] });
      return call(subject, tool, args, { token: String(body['confirm_token']) });
    },
    rows(file, query) {
      const database = new DatabaseSync(join(gateway.folder, file), { readOnly: true });
      try {
        return database.prepare(query).all();
      } finally {
        database.close();
      }
    },
    async close() {
      await gateway.close();
      await simulator.close();
    },
  };
}
