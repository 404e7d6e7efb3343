import type { Sql } from './sql.ts';

/** Column types that the two databases spell differently. */
export interface ColumnTypes {
  readonly bytes: string;
  /** 64 bits. */
  readonly integer: string;
  /** A primary key that counts by itself. */
  readonly serial: string;
}

const TYPES: Readonly<Record<Sql['dialect'], ColumnTypes>> = {
  sqlite: { bytes: 'BLOB', integer: 'INTEGER', serial: 'INTEGER PRIMARY KEY AUTOINCREMENT' },
  postgres: { bytes: 'BYTEA', integer: 'BIGINT', serial: 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY' },
};

/** One step from a version to the next; never changed once released. */
export type Migration = (types: ColumnTypes, dialect: Sql['dialect']) => readonly string[];

/** The tables of one store. All stores may share a database or have a file each. */
export interface Part {
  readonly name: 'plans' | 'credentials' | 'audit' | 'confirmations' | 'limits';
  readonly migrations: readonly Migration[];
}

/** Where the versions of the tables are kept. */
export const VERSIONS_TABLE =
  'CREATE TABLE IF NOT EXISTS schema_versions (part TEXT PRIMARY KEY, version INTEGER NOT NULL)';

export const SELECT_VERSION = 'SELECT version FROM schema_versions WHERE part = ?';

export const SET_VERSION =
  'INSERT INTO schema_versions (part, version) VALUES (?, ?) ON CONFLICT (part) DO UPDATE SET version = excluded.version';

/**
 * What brings the tables of a part from `version` (0: there are none) up to date. Throws when they are newer than this program, whose
 * statements might misread them.
 */
export function statementsFrom(
  { name, migrations }: Part,
  version: number,
  dialect: Sql['dialect'],
): readonly string[] {
  if (version > migrations.length)
    throw new Error(`the ${name} tables have version ${version}; this program knows ${migrations.length}`);
  return migrations.slice(version).flatMap((step) => step(TYPES[dialect], dialect));
}
