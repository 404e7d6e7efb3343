import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { createSigningKey } from '../identity/signing.ts';
import { type Answer, askerWith, environmentOf } from './asking.ts';
import { portOf, type Replica, startReplica } from './replicas.ts';

type Json = Readonly<Record<string, unknown>>;

/** One server in a process of its own that is killed and started again over the same stores. */
export interface LoneServer {
  /** Of its SQLite files. */
  readonly folder: string;
  start(): Promise<void>;
  /** At once, in the middle of whatever it does (`kill -9`). */
  kill(): Promise<void>;
  call(subject: string, tool: string, args?: Json): Promise<Answer>;
  /** The token for a call that was refused, and that refusal. */
  token(subject: string, tool: string, args?: Json): Promise<string>;
  close(): Promise<void>;
}

/** `more` overrides its environment, which puts it in front of this PCE with SQLite files. */
export async function loneServer(
  simulator: Simulator,
  more: Readonly<Record<string, string>> = {},
): Promise<LoneServer> {
  const folder = mkdtempSync(join(tmpdir(), 'lone-'));
  const signing = await createSigningKey('key-1');
  const idp = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [signing.jwk] })),
  );
  const issuer = `http://127.0.0.1:${await portOf(idp)}`;
  const asker = askerWith(signing, issuer);
  const env = {
    ...environmentOf(simulator, issuer),
    MCP_KEYSTORE_PATH: join(folder, 'keys.db'),
    MCP_STATE_DIR: folder,
    ...more,
  };
  let running: Replica | undefined;
  const origin = (): string => new URL(running?.url ?? 'http://127.0.0.1:9').origin;

  const lone: LoneServer = {
    folder,
    async start() {
      running = await startReplica(folder, env);
    },
    async kill() {
      const child = running?.process;
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
    call: (subject, tool, args = {}) => asker.call(origin(), subject, tool, args),
    async token(subject, tool, args = {}) {
      const { said } = await asker.call(origin(), subject, tool, args);
      return asker.confirm(origin(), subject, tool, said['params_hash']);
    },
    async close() {
      await lone.kill();
      idp.closeAllConnections();
      idp.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return lone;
}
