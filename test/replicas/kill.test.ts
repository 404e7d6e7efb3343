import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyChains } from '../../src/access/audit/chain.ts';
import { silentLog } from '../../src/core/log.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { AUDIT, createSqlAudit } from '../../src/store/audit.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { POSTGRES_PROGRAMS, type PostgresServer, startPostgres } from '../store/postgres-server.ts';
import { keyOf } from './asking.ts';
import { type LoneServer, loneServer } from './lone-server.ts';
import { portOf } from './replicas.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await createSimulator({ profile: 'small', nowMs: Date.UTC(2026, 4, 12, 9), rateLimit: 'off', tls: true });
});
afterAll(() => simulator.close());

/** What people were told before the server died. */
interface Told {
  readonly requestIds: Set<string>;
  /** The note of the last registration that was acknowledged, by person. */
  readonly registered: Map<string, number>;
  /** Tokens, and whether the call they were for was answered. */
  readonly tokens: Map<string, boolean>;
}

/** People who register keys, confirm and read, all at once, until the server is gone under them. */
async function untilKilled(server: LoneServer, told: Told, answers: number): Promise<void> {
  let answered = 0;
  const { promise: enough, resolve } = Promise.withResolvers<void>();
  const note = (requestId: string): void => {
    told.requestIds.add(requestId);
    if (++answered === answers) resolve();
  };
  const surprises: unknown[] = [];
  const busy = async (act: () => Promise<void>): Promise<void> => {
    const again = (): Promise<void> => act().then(again);
    // A connection that broke is the end; an answer that is not what it should be is not.
    await again().catch((error: unknown) => {
      if (!(error instanceof TypeError || error instanceof SyntaxError)) surprises.push(error);
      resolve();
    });
  };
  const register = async (subject: string): Promise<void> => {
    const n = (told.registered.get(subject) ?? 0) + 1;
    const args = { ...keyOf(simulator), label: String(n) };
    const token = await server.token(subject, 'register-pce-credentials', args);
    const { said, requestId } = await server.call(subject, 'register-pce-credentials', {
      ...args,
      _meta: { confirm_token: token },
    });
    expect(said).toMatchObject({ status: 'ok', label: String(n) });
    told.registered.set(subject, n);
    note(requestId);
  };
  const confirm = async (): Promise<void> => {
    const token = await server.token('cleo', 'delete-pce-credentials');
    told.tokens.set(token, false);
    const { said, requestId } = await server.call('cleo', 'delete-pce-credentials', {
      _meta: { confirm_token: token },
    });
    expect(said).toMatchObject({ status: 'noop' });
    told.tokens.set(token, true);
    note(requestId);
  };
  const read = async (): Promise<void> => {
    const { requestId } = await server.call('rita', 'check-pce-credentials-status');
    note(requestId);
  };
  const people = [busy(() => register('ana')), busy(() => register('ben')), busy(confirm), busy(confirm), busy(read)];
  await enough;
  await server.kill();
  await Promise.all(people);
  expect(surprises).toEqual([]);
}

const DATABASES = ['SQLite', 'PostgreSQL'] as const;

describe.each(DATABASES)('a server on %s that is killed again and again', (database) => {
  it.skipIf(database === 'PostgreSQL' && POSTGRES_PROGRAMS === undefined)(
    'leaves nothing half-written and loses nothing it acknowledged',
    async () => {
      const postgres: PostgresServer | undefined = database === 'PostgreSQL' ? await startPostgres() : undefined;
      const url = await postgres?.database();
      const server = await loneServer(simulator, url === undefined ? {} : { MCP_DATABASE_URL: url.reveal() });
      const told: Told = { requestIds: new Set(), registered: new Map(), tokens: new Map() };
      for (const answers of [12, 31, 53]) {
        await server.start();
        await untilKilled(server, told, answers);
      }
      await server.start();

      // Registered is what was acknowledged last, or what was begun after it; and it works.
      for (const [subject, n] of told.registered) {
        const { said } = await server.call(subject, 'check-pce-credentials-status');
        expect(said).toMatchObject({ registered: true, label: expect.stringMatching(`^(?:${n}|${n + 1})$`) });
        expect((await server.call(subject, 'get-labels', { max_results: 1 })).said).toHaveProperty('items');
      }
      // A confirmation is spent or free, never both, and one whose call was answered is spent.
      for (const [token, wasAnswered] of told.tokens) {
        const again = async () =>
          (await server.call('cleo', 'delete-pce-credentials', { _meta: { confirm_token: token } })).said;
        const first = await again();
        if (wasAnswered || first['status'] !== 'noop') expect(first).toMatchObject({ error: 'confirm_token_replay' });
        expect(await again()).toMatchObject({ error: 'confirm_token_replay' });
      }
      // Every answer that was given is in the record, and the chains are whole.
      const sql =
        url === undefined
          ? await openSqlite(join(server.folder, 'audit.db'), [AUDIT])
          : await openPostgres(url, [AUDIT], { log: silentLog });
      const { broken, heads } = await verifyChains(createSqlAudit(sql));
      expect([broken, heads.length >= 3]).toEqual([[], true]);
      const kept = new Set((await sql.all('SELECT request_id FROM audit_log')).map(({ request_id: id }) => String(id)));
      expect(told.requestIds.size).toBeGreaterThan(90);
      expect([...told.requestIds].filter((id) => !kept.has(id))).toEqual([]);
      await sql.close();
      await server.close();
      await postgres?.close();
    },
  );
});

/** A PCE whose n-th write is lost: before it arrives, or on the way back. Until then it only counts. */
async function losing(pce: Simulator, nth: number, when: 'before' | 'after') {
  let writes = 0;
  const { promise: lost, resolve } = Promise.withResolvers<void>();
  const proxy = createServer((incoming, outgoing) => {
    const isWrite = incoming.method !== 'GET' && incoming.url?.includes('/rule_sets') === true;
    const isLost = isWrite && ++writes === nth;
    if (isLost && when === 'before') return resolve();
    const { method, headers, url: path } = incoming;
    const onward = request({ host: pce.host, port: pce.port, method, headers, path }, (answer) => {
      if (isLost) return resolve();
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  return {
    url: `http://127.0.0.1:${await portOf(proxy)}`,
    lost,
    async close() {
      const closed = once(proxy, 'close');
      proxy.closeAllConnections();
      proxy.close();
      await closed;
    },
  };
}

describe('a server that is killed while it applies a plan', () => {
  const CASES = [
    ['SQLite', 2, 'before'],
    ['SQLite', 2, 'after'],
    ['PostgreSQL', 3, 'after'],
  ] as const;
  for (const [database, nth, when] of CASES)
    it.skipIf(database === 'PostgreSQL' && POSTGRES_PROGRAMS === undefined)(
      `on ${database}, at write ${nth}, ${when} the PCE has it: the plan is gone on with, and everything is there once`,
      async () => {
        const postgres = database === 'PostgreSQL' ? await startPostgres() : undefined;
        const url = await postgres?.database();
        const pce = await createSimulator({ profile: 'small', nowMs: Date.UTC(2026, 4, 12, 9), rateLimit: 'off' });
        const way = await losing(pce, nth, when);
        const server = await loneServer(pce, {
          PCE_HOST: way.url,
          ...(url === undefined ? {} : { MCP_DATABASE_URL: url.reveal() }),
        });
        await server.start();
        const { said: planned } = await server.call('ana', 'create-ruleset', {
          name: 'through a crash',
          scopes: [['app=ordering', 'env=prod']],
          rules: [8001, 8002].map((port) => ({
            providers: ['ams'],
            consumers: ['ams'],
            ingress_services: [{ port, proto: 'tcp' }],
          })),
          dry_run: true,
        });
        const args = { plan_id: planned['plan_id'] };
        const confirmed = async () => ({
          ...args,
          _meta: { confirm_token: await server.token('ana', 'apply-plan', args) },
        });
        const broken = server.call('ana', 'apply-plan', await confirmed()).then(
          () => 'answered',
          () => 'broken',
        );
        await way.lost;
        await server.kill();
        expect(await broken).toBe('broken');

        await server.start();
        expect((await server.call('ana', 'apply-plan', await confirmed())).said).toMatchObject({ error: 'conflict' });
        // Its hand goes cold: as if three minutes had gone by.
        const sql =
          url === undefined
            ? await openSqlite(join(server.folder, 'plans.db'), [])
            : await openPostgres(url, [], { log: silentLog });
        await sql.run('UPDATE plans SET touched_ms = touched_ms - 200000');
        await sql.close();
        expect((await server.call('ana', 'apply-plan', await confirmed())).said).toMatchObject({ state: 'applied' });
        const { said: found } = await server.call('ana', 'get-rulesets', { name: 'through a crash' });
        expect(found).toMatchObject({ items: [{ name: 'through a crash' }] });
        const [ruleset] = found['items'] as readonly { readonly rules: readonly object[] }[];
        expect(ruleset?.rules).toHaveLength(2);
        await server.close();
        await Promise.all([way.close(), pce.close(), postgres?.close()]);
      },
    );
});
