import { existsSync } from 'node:fs';
import type { Settings } from '../config/schema.ts';
import { Failure } from '../core/errors.ts';
import { silentLog } from '../core/log.ts';
import { filePaths } from '../dispatch/stores.ts';
import type { Part } from '../store/migrate.ts';
import type { Sql } from '../store/sql.ts';

/** The database a command is about, as the servers of these settings use it. Throws where there is none: an empty one would answer wrongly. */
export async function openExisting(
  settings: Settings,
  part: Part,
  which: keyof ReturnType<typeof filePaths>,
): Promise<Sql> {
  const { MCP_DATABASE_URL: url } = settings;
  if (url !== undefined) {
    const { openPostgres } = await import('../store/postgres.ts');
    return openPostgres(url, [part], { log: silentLog });
  }
  const path = filePaths(settings)[which];
  if (!existsSync(path))
    throw new Failure('invalid_configuration', {
      message: `There is no ${path}.`,
      remedy: 'Run this with the settings of the server: MCP_KEYSTORE_PATH, MCP_AUDIT_LOG_PATH or MCP_DATABASE_URL.',
    });
  const { openSqlite } = await import('../store/sqlite.ts');
  return openSqlite(path, [part]);
}
