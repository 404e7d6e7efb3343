import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyChains } from '../../src/access/audit/chain.ts';
import { silentLog } from '../../src/core/log.ts';
import { Secret } from '../../src/core/secret.ts';
import { AUDIT, createSqlAudit } from '../../src/store/audit.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { POSTGRES_PROGRAMS } from '../store/postgres-server.ts';
import type { Answer } from './asking.ts';
import { type Replicas, startReplicas } from './replicas.ts';

describe.skipIf(POSTGRES_PROGRAMS === undefined)('three replicas on PostgreSQL', () => {
  let servers: Replicas;
  const answered: Answer[] = [];
  beforeAll(async () => {
    servers = await startReplicas();
  });
  afterAll(() => servers.close());

  const call = async (...args: Parameters<Replicas['call']>) => {
    const answer = await servers.call(...args);
    answered.push(answer);
    return answer.said;
  };
  const draft = (name: string) => call('ana', 'create-iplist', { name, ip_ranges: [{ from_ip: '10.9.0.0/16' }] });

  it('confirm here what was refused there, and do it elsewhere, once', async () => {
    await draft('here and there');
    const refused = await call('ana', 'provision-policy', {}, 0);
    expect(refused).toMatchObject({ error: 'confirm_required' });
    const token = await servers.confirm('ana', 'provision-policy', refused['params_hash'], 1);
    const args = { _meta: { confirm_token: token } };
    expect(await call('ana', 'provision-policy', args, 2)).toMatchObject({ version: expect.any(Number) });
    expect(await call('ana', 'provision-policy', args, 0)).toMatchObject({ error: 'confirm_token_replay' });
  });

  it('spend a token once, however many get it at the same moment', async () => {
    const refused = await call('ana', 'delete-pce-credentials');
    const token = await servers.confirm('ana', 'delete-pce-credentials', refused['params_hash']);
    const args = { _meta: { confirm_token: token } };
    const results = await Promise.all(
      Array.from({ length: 9 }, (_, n) => call('ana', 'delete-pce-credentials', args, n % 3)),
    );
    expect(results.filter(({ status }) => status === 'noop')).toHaveLength(1);
    expect(results.filter(({ error }) => error === 'confirm_token_replay')).toHaveLength(8);
  });

  it('share keys, and stop using one that was deleted elsewhere', async () => {
    const confirmed = async (tool: string, args: Readonly<Record<string, unknown>>, at: number) => {
      const refused = await call('ben', tool, args, at);
      const token = await servers.confirm('ben', tool, refused['params_hash']);
      return call('ben', tool, { ...args, _meta: { confirm_token: token } }, at);
    };
    expect(await confirmed('register-pce-credentials', servers.key, 0)).toMatchObject({ status: 'ok' });
    expect(await call('ben', 'get-labels', { max_results: 1 }, 1)).toHaveProperty('items');
    expect(await call('ben', 'check-pce-credentials-status', {}, 2)).toMatchObject({ effective_pce_mode: 'own' });
    expect(await confirmed('delete-pce-credentials', {}, 2)).toMatchObject({ status: 'ok' });
    expect(await call('ben', 'check-pce-credentials-status', {}, 1)).toMatchObject({ effective_pce_mode: 'shared' });
  });

  it('keep no secret in the database', async () => {
    const refused = await call('cara', 'register-pce-credentials', servers.key);
    const token = await servers.confirm('cara', 'register-pce-credentials', refused['params_hash']);
    const args = { ...servers.key, _meta: { confirm_token: token } };
    expect(await call('cara', 'register-pce-credentials', args)).toMatchObject({ status: 'ok' });
    const sql = await openPostgres(new Secret(servers.databaseUrl), [], { log: silentLog });
    const tables = await sql.all(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
    );
    const contents = await Promise.all(tables.map(({ name }) => sql.all(`SELECT * FROM "${String(name)}"`)));
    const texts = contents
      .flat()
      .flatMap((row) => Object.values(row))
      .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)));
    expect(texts).toContain('cara');
    const { api_key: id, api_secret: secret } = servers.key;
    for (const canary of [
      String(id),
      String(secret),
      Buffer.from(`${String(id)}:${String(secret)}`).toString('base64'),
      token,
    ])
      expect(texts.filter((text) => text.includes(canary))).toEqual([]);
    await sql.close();
  });

  it('go on with a cursor and a plan of another one', async () => {
    const { cursor } = await call('ana', 'get-workloads', {}, 0);
    expect(cursor).toBeTypeOf('string');
    expect(await call('ana', 'get-workloads', { cursor }, 1)).toHaveProperty('items');
    const planned = await call('ana', 'create-label', { key: 'app', value: 'planned-here', dry_run: true }, 0);
    const { plan_id: plan } = planned;
    const refused = await call('ana', 'apply-plan', { plan_id: plan }, 1);
    const token = await servers.confirm('ana', 'apply-plan', refused['params_hash'], 2);
    expect(await call('ana', 'apply-plan', { plan_id: plan, _meta: { confirm_token: token } }, 2)).toMatchObject({
      state: 'applied',
    });
  });

  it('count the quota of a caller together', async () => {
    const confirmations = await Promise.all(
      Array.from({ length: 45 }, (_, n) => servers.confirm('zoe', 'delete-pce-credentials', 'ab'.repeat(32), n % 3)),
    );
    // No token: told to wait.
    expect(confirmations.filter((token) => token !== 'undefined')).toHaveLength(20);
  });

  /** Calls through the balancer while something happens to a server; what was begun after it must all succeed. */
  async function callingWhile(happens: () => Promise<void>) {
    let broken = 0;
    let after = false;
    const failedAfter: unknown[] = [];
    const caller = async (subject: string) => {
      for (let n = 0; n < 25; n++) {
        const begunAfter = after;
        try {
          expect(await call(subject, 'get-labels', { max_results: 1 })).toHaveProperty('items');
        } catch (error) {
          broken++;
          if (begunAfter) failedAfter.push(error);
        }
      }
    };
    const callers = ['c1', 'c2', 'c3', 'c4'].map((subject) => caller(subject));
    await delay(100);
    await happens();
    after = true;
    await Promise.all(callers);
    return { broken, failedAfter };
  }

  it('fail no call when one is told to stop', async () => {
    const [first] = servers.replicas;
    const { broken } = await callingWhile(async () => {
      first?.process.kill('SIGTERM');
    });
    expect(broken).toBe(0);
    if (first?.process.exitCode === null) await once(first.process, 'exit');
    expect(first?.process.exitCode).toBe(0);
  });

  it('fail no new call when one is killed', async () => {
    const [, second] = servers.replicas;
    const { failedAfter } = await callingWhile(async () => {
      second?.process.kill('SIGKILL');
      if (second) await once(second.process, 'exit');
    });
    expect(failedAfter).toEqual([]);
  });

  it('have lost no entry of the record that was answered for', async () => {
    const sql = await openPostgres(new Secret(servers.databaseUrl), [AUDIT], { log: silentLog });
    const store = createSqlAudit(sql);
    const { broken, heads } = await verifyChains(store);
    expect(broken).toEqual([]);
    expect(heads.length).toBeGreaterThanOrEqual(3);
    const rows = await sql.all('SELECT request_id FROM audit_log');
    const kept = new Set(rows.map(({ request_id: id }) => id));
    expect(answered.length).toBeGreaterThan(100);
    expect(answered.filter(({ requestId }) => !kept.has(requestId))).toEqual([]);
    await sql.close();
  });
});
