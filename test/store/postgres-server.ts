import { execFile, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Secret } from '../../src/core/secret.ts';

/** A PostgreSQL server of its own, on loopback, thrown away at the end. */
export interface PostgresServer {
  /** A fresh, empty database. */
  database(): Promise<Secret>;
  close(): Promise<void>;
}

/** Where this machine has the server's programs; undefined: nowhere, and the tests that need them are skipped. */
export const POSTGRES_PROGRAMS = programs();

function programs(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).toSorted() : [];
  return [...versions.map((version) => join(root, version, 'bin')), '/usr/local/bin', '/usr/bin'].find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  );
}

/** The server refuses to run as root, so it runs as the user its package made. */
function identity(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

export interface PostgresServerOptions {
  /** True: what is committed is on disk, as in production; tests need not wait for that. */
  readonly durable?: boolean;
}

export async function startPostgres({ durable = false }: PostgresServerOptions = {}): Promise<PostgresServer> {
  if (POSTGRES_PROGRAMS === undefined) throw new Error('no PostgreSQL server on this machine');
  const who = identity();
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  if (who) chownSync(folder, who.uid, who.gid);
  const data = join(folder, 'data');
  const options = { cwd: folder, ...who };
  await promisify(execFile)(
    join(POSTGRES_PROGRAMS, 'initdb'),
    ['-D', data, '-U', 'test', '-A', 'trust', '--no-sync', '--locale=C', '-E', 'UTF8'],
    options,
  );
  const port = await freePort();
  const settings = [
    `listen_addresses=127.0.0.1`,
    `unix_socket_directories=${folder}`,
    `fsync=${durable ? 'on' : 'off'}`,
  ];
  const server = spawn(
    join(POSTGRES_PROGRAMS, 'postgres'),
    ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    { ...options, stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const url = (name: string) => `postgres://test@127.0.0.1:${port}/${name}`;
  await answering(url('postgres'));
  let count = 0;
  return {
    async database() {
      const name = `test_${++count}`;
      await query(url('postgres'), `CREATE DATABASE ${name}`);
      return new Secret(url(name));
    },
    async close() {
      // SIGQUIT: at once, without waiting for clients.
      server.kill('SIGQUIT');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

async function answering(url: string): Promise<void> {
  for (let tries = 0; ; tries++)
    try {
      return await query(url, 'SELECT 1');
    } catch (error) {
      if (tries > 200) throw error;
      await delay(50);
    }
}

async function query(url: string, text: string): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

/** A port of loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}
