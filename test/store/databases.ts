import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { silentLog } from '../../src/core/log.ts';
import type { Part } from '../../src/store/migrate.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import type { Sql } from '../../src/store/sql.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { POSTGRES_PROGRAMS, type PostgresServer, startPostgres } from './postgres-server.ts';

/** Opens a handle on a database; every `another` of it is a further handle on the same one, as another process would have. */
export interface OpenDatabase {
  readonly sql: Sql;
  readonly another: () => Promise<Sql>;
}

export type Open = (...parts: readonly Part[]) => Promise<OpenDatabase>;

/** The same suite on SQLite and, where the machine has it, on PostgreSQL. */
export function onEveryDatabase(suite: string, tests: (open: Open) => void): void {
  describe(`${suite} (SQLite)`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'store-'));
    afterAll(() => rmSync(folder, { recursive: true }));
    tests(async (...parts) => {
      const path = join(folder, crypto.randomUUID(), 'test.db');
      const another = () => openSqlite(path, parts);
      return { sql: await another(), another };
    });
  });

  describe.skipIf(POSTGRES_PROGRAMS === undefined)(`${suite} (PostgreSQL)`, () => {
    let server: Promise<PostgresServer> | undefined;
    afterAll(async () => (await server)?.close());
    tests(async (...parts) => {
      server ??= startPostgres();
      const url = await (await server).database();
      const another = () => openPostgres(url, parts, { log: silentLog });
      return { sql: await another(), another };
    });
  });
}
