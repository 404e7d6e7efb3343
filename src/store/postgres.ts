import type { ClientBase, Pool, PoolConfig } from 'pg';
import type { Log } from '../core/log.ts';
import type { Secret } from '../core/secret.ts';
import { type Part, SELECT_VERSION, SET_VERSION, statementsFrom, VERSIONS_TABLE } from './migrate.ts';
import type { Sql, SqlValue } from './sql.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 8;
/** Any number, the same for every release: replicas that start together migrate one after the other. */
const MIGRATION_LOCK = 4_711_202;

export interface PostgresOptions {
  readonly log: Log;
}

/** For libraries that speak to PostgreSQL themselves. */
export type PostgresPool = Pool;

/** A database that replicas share. Throws when it cannot be reached or its tables are newer than this program. */
export async function openPostgres(
  url: Secret,
  parts: readonly Part[],
  { log }: PostgresOptions,
): Promise<Sql & { readonly pool: PostgresPool }> {
  const { default: pg } = await import('pg');
  const config: PoolConfig = {
    connectionString: url.reveal(),
    application_name: 'illumio-mcp',
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + 1_000,
  };
  const pool = new pg.Pool(config);
  // A connection that breaks while idle is replaced; unheard, its error would end the process.
  pool.on('error', (error) => log.warning('lost an idle database connection', { error }));
  try {
    await migrate(pool, parts);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return { ...sqlOver(pool), pool, close: () => pool.end() };
}

async function migrate(pool: Pool, parts: readonly Part[]): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    await client.query(VERSIONS_TABLE);
    for (const part of parts) {
      const { rows } = await query(client, SELECT_VERSION, [part.name]);
      for (const statement of statementsFrom(part, Number(rows[0]?.['version'] ?? 0), 'postgres'))
        await client.query(statement);
      await query(client, SET_VERSION, [part.name, part.migrations.length]);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

const sqlOver = (target: Pool): Omit<Sql, 'close'> => ({
  dialect: 'postgres',
  all: async (text, values = []) => (await query(target, text, values)).rows,
  run: async (text, values = []) => (await query(target, text, values)).rowCount ?? 0,
});

function query(target: Pool | ClientBase, text: string, values: readonly SqlValue[]) {
  return target.query<Record<string, unknown>>(
    numbered(text),
    values.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value)),
  );
}

const known = new Map<string, string>();

/** `$1, $2` for `?, ?`; remembered, because there are few statements and some of them are long. */
function numbered(text: string): string {
  let position = 0;
  const found = known.get(text) ?? text.replaceAll('?', () => `$${++position}`);
  known.set(text, found);
  return found;
}
