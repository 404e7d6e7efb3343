import type { DatabaseSync } from 'node:sqlite';
import type { RowChange } from './tables.ts';

/** A state file of the simulated PCE: what its estate starts with, and every row that changed since. */
export interface StateFile {
  /** Null as long as the file is new. */
  readonly start: StateStart | null;
  /** Writes down what a new file starts with. */
  begin(start: StateStart): void;
  /** The changed rows of a table; undefined: deleted. */
  rows(table: string): Iterable<readonly [key: string, value: unknown]>;
  /** All changes or none, on disk when it returns. */
  keep(changes: readonly RowChange[]): void;
  close(): void;
}

export interface StateStart {
  /** What the estate is made from, as JSON. */
  readonly source: string;
  /** Of the estate that was made from it. */
  readonly digest: string;
  /** The simulator's time, and the time of the machine, when the file was made. */
  readonly startMs: number;
  readonly madeMs: number;
}

/** A file that is something else, or in use. */
export class StateFileError extends Error {
  override readonly name = 'StateFileError';
}

/** "PCES": tells a state file from any other SQLite file. */
const APPLICATION = 0x50434553;
const LAYOUT = 1;

/**
 * Opens or makes a state file, which only its owner can read: it holds the keys of the simulated PCE. SQLite's journal makes a kill at any
 * moment harmless; one process at a time has it. Throws StateFileError.
 */
export async function openStateFile(path: string): Promise<StateFile> {
  // Imported late: Node 22 prints an experimental warning, and most simulators keep nothing.
  const { DatabaseSync: Database } = await import('node:sqlite');
  const previous = process.umask(0o077);
  let database: DatabaseSync | undefined;
  try {
    database = new Database(path, { timeout: 0 });
    prepare(database);
  } catch (error) {
    database?.close();
    throw error instanceof StateFileError ? error : new StateFileError(reason(path, error));
  } finally {
    process.umask(previous);
  }
  return fileOver(database);
}

function reason(path: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/locked/.test(message)) return `${path} is in use by another simulator`;
  return `${path} is not a state file of the simulator (${message})`;
}

function prepare(database: DatabaseSync): void {
  const number = (pragma: string): unknown => Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0];
  // FULL: an answer that was given survives a power cut too.
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  database.exec('BEGIN EXCLUSIVE');
  const isNew = number('schema_version') === 0;
  if (!isNew && number('application_id') !== APPLICATION) throw new StateFileError('It belongs to another program');
  if (!isNew && number('user_version') !== LAYOUT)
    throw new StateFileError('It was written by another version of the simulator');
  if (isNew)
    database.exec(`
      PRAGMA application_id = ${APPLICATION};
      PRAGMA user_version = ${LAYOUT};
      CREATE TABLE start (source TEXT NOT NULL, digest TEXT NOT NULL, start_ms INTEGER NOT NULL, made_ms INTEGER NOT NULL);
      CREATE TABLE changed (place INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL, value TEXT, UNIQUE (name, key));
    `);
  database.exec('COMMIT');
}

function fileOver(database: DatabaseSync): StateFile {
  const known = database.prepare('SELECT source, digest, start_ms, made_ms FROM start').get();
  const rows = database.prepare('SELECT key, value FROM changed WHERE name = ? ORDER BY place');
  const forget = database.prepare('DELETE FROM changed WHERE name = ? AND key = ?');
  const put = database.prepare(
    'INSERT INTO changed (name, key, value) VALUES (?, ?, ?) ON CONFLICT (name, key) DO UPDATE SET value = excluded.value',
  );
  const write = ({ table, key, value, last, initial }: RowChange): void => {
    // The place of a row is its place in the table.
    if (last || value === undefined) forget.run(table, key);
    if (value !== undefined) put.run(table, key, JSON.stringify(value));
    else if (initial) put.run(table, key, null);
  };
  return {
    start: known
      ? {
          source: String(known['source']),
          digest: String(known['digest']),
          startMs: Number(known['start_ms']),
          madeMs: Number(known['made_ms']),
        }
      : null,
    begin({ source, digest, startMs, madeMs }) {
      database.prepare('INSERT INTO start VALUES (?, ?, ?, ?)').run(source, digest, startMs, madeMs);
    },
    *rows(table) {
      for (const { key, value } of rows.iterate(table))
        yield [String(key), value === null ? undefined : JSON.parse(String(value))] as const;
    },
    keep(changes) {
      database.exec('BEGIN');
      try {
        for (const change of changes) write(change);
        database.exec('COMMIT');
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => database.close(),
  };
}
