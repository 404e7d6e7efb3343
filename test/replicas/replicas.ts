import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSimulator } from '../../src/simulator/simulator.ts';
import { createSigningKey } from '../identity/signing.ts';
import { startPostgres } from '../store/postgres-server.ts';
import { type Answer, askerWith, environmentOf, keyOf } from './asking.ts';

type Json = Readonly<Record<string, unknown>>;

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
    ...environmentOf(simulator, issuer),
    MCP_DATABASE_URL: database.reveal(),
    MCP_RATE_LIMIT_CONFIRM: '20',
  };
  // Together, so that they also meet at the migrations.
  const replicas = await Promise.all([0, 1, 2].map(() => startReplica(folder, env)));
  const balancer = createBalancer(replicas);
  const balanced = `http://127.0.0.1:${await portOf(balancer)}`;

  const asker = askerWith(signing, issuer);
  const originAt = (at: number | undefined): string =>
    at === undefined ? balanced : new URL(replicas[at]?.url ?? '').origin;

  return {
    replicas,
    databaseUrl: database.reveal(),
    key: keyOf(simulator),
    call: (subject, tool, args = {}, at?) => asker.call(originAt(at), subject, tool, args),
    confirm: (subject, tool, paramsHash, at?) => asker.confirm(originAt(at), subject, tool, paramsHash),
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

export async function startReplica(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Replica> {
  const child = spawn(process.execPath, [MAIN, 'http'], {
    cwd: folder,
    env: { ...env, PATH: process.env['PATH'], HOME: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
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

export async function portOf(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  return address.port;
}
