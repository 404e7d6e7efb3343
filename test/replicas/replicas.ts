import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSimulator } from '../../src/simulator/simulator.ts';
import { message } from '../attacks/harness/gateway.ts';
import { createSigningKey } from '../identity/signing.ts';
import { startPostgres } from '../store/postgres-server.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Answer {
  /** Of the tool, or its error. */
  readonly said: Json;
  readonly requestId: string;
}

export interface Replica {
  readonly process: ChildProcess;
  readonly url: string;
}

export interface Replicas {
  readonly replicas: readonly Replica[];
  readonly databaseUrl: string;
  readonly key: Json;
  /** Through the load balancer, or at one replica. Rejects where the connection breaks. */
  call(subject: string, tool: string, args?: Json, at?: number): Promise<Answer>;
  confirm(subject: string, tool: string, paramsHash: unknown, at?: number): Promise<string>;
  close(): Promise<void>;
}

const MAIN = new URL('../../src/cli/main.ts', import.meta.url).pathname;
const AUDIENCE = 'https://mcp.example.com/mcp';
const key = (byte: number) => Buffer.alloc(32, byte).toString('base64');

/** Three servers as their own processes on one PostgreSQL, and a round-robin in front that knows nobody. */
export async function startReplicas(): Promise<Replicas> {
  const folder = mkdtempSync(join(tmpdir(), 'replicas-'));
  const [postgres, simulator, signing] = await Promise.all([
    startPostgres(),
    createSimulator({ profile: 'small', nowMs: Date.UTC(2026, 4, 12, 9), rateLimit: 'off', tls: true }),
    createSigningKey('key-1'),
  ]);
  const idp = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [signing.jwk] })),
  );
  const issuer = `http://127.0.0.1:${await portOf(idp)}`;
  const database = await postgres.database();
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    MCP_PCE_MODE: 'hybrid',
    MCP_HTTP_PORT: '0',
    MCP_DATABASE_URL: database.reveal(),
    MCP_PUBLIC_URL: AUDIENCE,
    MCP_OAUTH_ISSUER: issuer,
    MCP_OAUTH_JWKS_URL: `${issuer}/jwks`,
    MCP_OAUTH_AUDIENCE: AUDIENCE,
    MCP_ROLE_DEFAULT: 'admin',
    MCP_CONFIRM_HMAC_KEY: key(7),
    MCP_KEK: key(3),
    MCP_RATE_LIMIT_MCP: '0',
    MCP_RATE_LIMIT_CONFIRM: '20',
    MCP_ALLOWED_PCE_HOSTS: `${simulator.host}:${simulator.port}`,
    PCE_TLS_VERIFY: 'false',
    PCE_HOST: simulator.url,
    PCE_ORG_ID: String(simulator.orgId),
    API_KEY: simulator.apiKey,
    API_SECRET: simulator.apiSecret,
  };
  // Together, so that they also meet at the migrations.
  const replicas = await Promise.all([0, 1, 2].map(() => startReplica(folder, env)));
  const balancer = createBalancer(replicas);
  const balanced = `http://127.0.0.1:${await portOf(balancer)}`;

  const tokenFor = (subject: string): Promise<string> => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: issuer, aud: AUDIENCE, sub: subject, scope: 'illumio-mcp.use', iat: now, exp: now + 900 };
    return signing.sign({ kid: 'key-1', typ: 'at+jwt' }, claims);
  };
  const originAt = (at: number | undefined): string =>
    at === undefined ? balanced : new URL(replicas[at]?.url ?? '').origin;

  return {
    replicas,
    databaseUrl: database.reveal(),
    key: {
      pce_host: simulator.host,
      pce_port: simulator.port,
      pce_org_id: String(simulator.orgId),
      api_key: simulator.apiKey,
      api_secret: simulator.apiSecret,
      tls_verify: false,
    },
    async call(subject, tool, args = {}, at?) {
      const response = await fetch(`${originAt(at)}/mcp`, {
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
    async confirm(subject, tool, paramsHash, at?) {
      const response = await fetch(`${originAt(at)}/confirm`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await tokenFor(subject)}`, 'content-type': 'application/json' },
        body: JSON.stringify({ tool, params_hash: paramsHash }),
      });
      const { confirm_token: token } = (await response.json()) as Json;
      return String(token);
    },
    async close() {
      for (const { process: child } of replicas) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      for (const server of [balancer, idp]) {
        server.closeAllConnections();
        server.close();
      }
      await simulator.close();
      await postgres.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startReplica(folder: string, env: Readonly<Record<string, string | undefined>>): Promise<Replica> {
  const child = spawn(process.execPath, [MAIN, 'http'], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (data) => {
      log += String(data);
      const found = /"message":"listening","url":"([^"]+)"/.exec(log)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => reject(new Error(`the replica ended: ${log}`)));
  });
  return { process: child, url };
}

/**
 * Each request to the next server that says it is ready; where nobody listens any more, to the one after. What breaks in the middle
 * breaks.
 */
function createBalancer(replicas: readonly Replica[]) {
  let turn = 0;
  const ready = replicas.map(() => true);
  const looking = setInterval(() => {
    for (const [at, { url }] of replicas.entries())
      fetch(new URL('/readyz', url)).then(
        ({ status }) => void (ready[at] = status === 200),
        () => void (ready[at] = false),
      );
  }, 100).unref();
  const balancer = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      do turn++;
      while (ready.includes(true) && !ready[turn % replicas.length]);
      tryAt(turn, replicas.length);
    });
    function tryAt(at: number, left: number): void {
      const { hostname, port } = new URL(replicas[at % replicas.length]?.url ?? '');
      const { method, headers, url: path } = incoming;
      const onward = httpRequest({ hostname, port, method, headers, path, agent: false }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
        answer.once('error', () => outgoing.destroy());
      });
      onward.once('error', (error) => {
        if ('code' in error && error.code === 'ECONNREFUSED' && left > 1) tryAt(at + 1, left - 1);
        else outgoing.destroy();
      });
      onward.end(Buffer.concat(chunks));
    }
  });
  balancer.once('close', () => clearInterval(looking));
  return balancer;
}

async function portOf(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  return address.port;
}
