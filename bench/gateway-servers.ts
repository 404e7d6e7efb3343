import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { json } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createSigningKey } from '../test/identity/signing.ts';
import type { Load, Loaded } from './fixtures/call-load.ts';
import type { Connection } from './simulator-process.ts';

/** A server in a process of its own. */
export interface Served {
  readonly url: string;
  stop(): Promise<void>;
}

const AUDIENCE = 'https://mcp.example.com/mcp';

/** An identity provider with one key, and a token for each of so many people. */
export async function startIssuer(people: number) {
  const key = await createSigningKey('key-1');
  const keys = JSON.stringify({ keys: [key.jwk] });
  const server = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(keys),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: AUDIENCE, scope: 'illumio-mcp.use', iat: now, exp: now + 3600 };
  const tokens = await Promise.all(
    Array.from({ length: people }, (_, person) =>
      key.sign({ kid: 'key-1', typ: 'at+jwt' }, { ...claims, sub: `person-${person}`, groups: ['readers'] }),
    ),
  );
  return { issuer, tokens, stop: () => void server.close() };
}

export interface GatewayPlace {
  readonly issuer: string;
  readonly pce: Connection;
  /** For its SQLite files, where there is no database. */
  readonly folder: string;
  readonly database?: string | undefined;
}

/** The server of the bundle as a company runs it: tokens checked, roles from groups, quotas counted, every call on record. */
export function startGatewayProcess(file: string, { issuer, pce, folder, database }: GatewayPlace): Promise<Served> {
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    MCP_PCE_MODE: 'shared',
    MCP_HTTP_PORT: '0',
    MCP_KEYSTORE_PATH: `${folder}/keys.db`,
    MCP_STATE_DIR: folder,
    ...(database === undefined ? {} : { MCP_DATABASE_URL: database }),
    MCP_PUBLIC_URL: AUDIENCE,
    MCP_OAUTH_ISSUER: issuer,
    MCP_OAUTH_JWKS_URL: `${issuer}/jwks`,
    MCP_OAUTH_AUDIENCE: AUDIENCE,
    MCP_ROLE_GROUPS_READER: 'readers',
    MCP_CONFIRM_HMAC_KEY: Buffer.alloc(32, 7).toString('base64'),
    // Counted, and never reached.
    MCP_RATE_LIMIT_MCP: '1000000',
    PCE_HOST: pce.url,
    PCE_ORG_ID: '1',
    API_KEY: pce.api_key,
    API_SECRET: pce.api_secret,
  };
  const child = spawn(process.execPath, [file, 'http'], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  return served(child, child.stderr, /"message":"listening","url":"([^"]+)"/);
}

export function startBareProcess(file: string, answer: string): Promise<Served> {
  const child = spawn(process.execPath, [file, answer], { stdio: ['ignore', 'pipe', 'inherit'] });
  return served(child, child.stdout, /^(http:\S+)/);
}

async function served(child: ChildProcess, output: Readable, pattern: RegExp): Promise<Served> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: output })) {
    lines.push(line);
    const url = pattern.exec(line)?.[1];
    if (url === undefined) continue;
    // A server that nobody listens to must not wait for somebody to read what it logs.
    output.resume();
    return {
      url,
      async stop() {
        const ended = once(child, 'exit');
        child.kill();
        await ended;
      },
    };
  }
  throw new Error(`the server did not start:\n${lines.join('\n')}`);
}

/** Calls the server for so long, from a process of its own. */
export async function load(work: Load): Promise<Loaded> {
  const file = fileURLToPath(new URL('fixtures/call-load.ts', import.meta.url));
  const child = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(work));
  return (await json(child.stdout)) as Loaded;
}
