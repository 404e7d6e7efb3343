import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../src/core/log.ts';
import { LIMITS } from '../../src/store/limits.ts';
import { openPostgres, type PostgresPool } from '../../src/store/postgres.ts';
import { createLimiter } from '../../src/transports/http/limiter.ts';
import { POSTGRES_PROGRAMS, type PostgresServer, startPostgres } from './postgres-server.ts';

const ANA = { issuer: 'https://idp.example', subject: 'ana' };
const BEN = { ...ANA, subject: 'ben' };

describe.skipIf(POSTGRES_PROGRAMS === undefined)('quotas of replicas (PostgreSQL)', () => {
  let server: PostgresServer;
  let database: Awaited<ReturnType<typeof openPostgres>>;
  beforeAll(async () => {
    server = await startPostgres();
    database = await openPostgres(await server.database(), [LIMITS], { log: silentLog });
  });
  afterAll(async () => {
    await database.close();
    await server.close();
  });

  const replicas = (name: string, later: boolean, pool: PostgresPool = database.pool) =>
    [1, 2].map(() => createLimiter({ perMinute: 20, name, pool, later, log: silentLog }));
  const passing = async (limiter: ReturnType<typeof createLimiter> | undefined, calls: number) => {
    const waits = await Promise.all(Array.from({ length: calls }, async () => limiter?.use(ANA, 1)));
    return waits.filter((wait) => wait === null).length;
  };

  it('let through exactly as many as one server would', async () => {
    const [one, two] = replicas('exact', false);
    const passed = await Promise.all([passing(one, 15), passing(two, 15)]);
    expect(passed[0] + passed[1]).toBe(20);
  });

  it('told later, count at once what one replica sees, and soon what all have seen', async () => {
    const [one, two] = replicas('later', true);
    expect(await passing(one, 25)).toBe(20);
    // The other one does not know yet, and then it does.
    expect(await two?.use(ANA, 1)).toBeNull();
    await vi.waitFor(async () => expect(await two?.use(ANA, 1)).toBeGreaterThan(0), { timeout: 10_000, interval: 150 });
    expect(await two?.use(BEN, 1)).toBeNull();
  });

  it('do not mind what the class of the pool is called, which the bundle does not keep', async () => {
    const url = await server.database();
    await (await openPostgres(url, [LIMITS], { log: silentLog })).close();
    const pool = new (class e extends Pool {})({ connectionString: url.reveal() });
    const [one, two] = replicas('renamed', false, pool);
    expect([await passing(one, 15), await passing(two, 15)]).toEqual([15, 5]);
    await pool.end();
  });

  it('go on, each for itself, while the database is away', async () => {
    const other = await openPostgres(await server.database(), [LIMITS], { log: silentLog });
    const [[exact], [told]] = [replicas('away', false, other.pool), replicas('away', true, other.pool)];
    await other.close();
    expect([await passing(exact, 25), await passing(told, 25)]).toEqual([20, 20]);
  });
});
