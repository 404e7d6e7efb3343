import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Durability, durableLog } from './durable.ts';
import { type Part, SELECT_VERSION, SET_VERSION, statementsFrom, VERSIONS_TABLE } from './migrate.ts';
import type { Sql } from './sql.ts';

/** An SQLite file that only its owner can read. Several processes may share it. Throws when it cannot be opened. */
export async function openSqlite(path: string, parts: readonly Part[]): Promise<Sql> {
  // Imported late: Node 22 prints an experimental warning, and a server that never writes never needs it.
  const { DatabaseSync: Database } = await import('node:sqlite');
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const previous = process.umask(0o077);
  let database: DatabaseSync;
  let isLogged: boolean;
  try {
    database = new Database(path, { timeout: 5000 });
    isLogged = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode'] === 'wal';
  } finally {
    process.umask(previous);
  }
  try {
    // What was acknowledged survives a power cut, because a request to the PCE may follow it: `run` waits for the disk off this thread,
    // and where the file system has no write-ahead log, SQLite itself waits.
    database.exec(`PRAGMA synchronous = ${isLogged ? 'NORMAL' : 'FULL'}`);
    migrate(database, parts);
    return sqlOver(database, isLogged ? await durableLog(path) : ALREADY_DURABLE);
  } catch (error) {
    database.close();
    throw error;
  }
}

const ALREADY_DURABLE: Durability = { reached: async () => {}, close: async () => {} };

/** Without a pause in between: another handle of this process that waited for the lock would block the thread this one needs. */
function migrate(database: DatabaseSync, parts: readonly Part[]): void {
  database.exec('BEGIN IMMEDIATE');
  database.exec(VERSIONS_TABLE);
  for (const part of parts) {
    const version = Number(database.prepare(SELECT_VERSION).get(part.name)?.['version'] ?? 0);
    for (const statement of statementsFrom(part, version, 'sqlite')) database.exec(statement);
    database.prepare(SET_VERSION).run(part.name, part.migrations.length);
  }
  database.exec('COMMIT');
}

function sqlOver(database: DatabaseSync, log: Durability): Sql {
  const prepared = new Map<string, StatementSync>();
  const statement = (text: string): StatementSync => {
    const known = prepared.get(text) ?? database.prepare(text);
    prepared.set(text, known);
    return known;
  };
  return {
    dialect: 'sqlite',
    all: async (text, values = []) => statement(text).all(...values),
    async run(text, values = []) {
      const { changes } = statement(text).run(...values);
      await log.reached();
      return Number(changes);
    },
    async close() {
      prepared.clear();
      await log.close();
      database.close();
    },
  };
}
