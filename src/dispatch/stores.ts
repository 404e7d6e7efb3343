import { dirname, join } from 'node:path';
import type { Settings } from '../config/schema.ts';
import type { Log } from '../core/log.ts';
import { AUDIT, type AuditStore, createSqlAudit } from '../store/audit.ts';
import { CONFIRMATIONS, type ConfirmationStore, createSqlConfirmations } from '../store/confirmations.ts';
import { createSqlCredentials, CREDENTIALS, type CredentialStore } from '../store/credentials.ts';
import { LIMITS } from '../store/limits.ts';
import type { Part } from '../store/migrate.ts';
import type { PlanStore } from '../store/plans.ts';
import type { PostgresPool } from '../store/postgres.ts';
import { createSqlPlans, PLANS } from '../store/sql-plans.ts';
import type { Sql } from '../store/sql.ts';
import { openPlanStore } from './plan-store.ts';

/** Everything of a server that must survive. */
export interface Stores {
  readonly plans: PlanStore;
  readonly credentials: CredentialStore;
  readonly confirmations: ConfirmationStore;
  readonly audit: AuditStore;
  /** Of the database that replicas share; undefined: this is the only server. */
  readonly pool?: PostgresPool;
  /** Whether they answer. */
  ready(): Promise<boolean>;
  close(): Promise<void>;
}

type Needed = Pick<
  Settings,
  'MCP_DATABASE_URL' | 'MCP_KEYSTORE_PATH' | 'MCP_AUDIT_LOG_PATH' | 'MCP_CONFIRM_JTI_PATH' | 'MCP_STATE_DIR'
>;

/** PostgreSQL where it is configured, for replicas; else the SQLite files of the reference server (reference-server.md §1.6). */
export async function openStores(settings: Needed, log: Log): Promise<Stores> {
  const { MCP_DATABASE_URL: url } = settings;
  if (url === undefined) return openFiles(settings, log);
  const { openPostgres } = await import('../store/postgres.ts');
  const sql = await openPostgres(url, [PLANS, CREDENTIALS, CONFIRMATIONS, AUDIT, LIMITS], { log });
  return {
    plans: createSqlPlans(sql),
    credentials: createSqlCredentials(sql),
    confirmations: createSqlConfirmations(sql),
    audit: createSqlAudit(sql),
    pool: sql.pool,
    ready: () => answers([sql]),
    close: () => sql.close(),
  };
}

async function openFiles(settings: Needed, log: Log): Promise<Stores> {
  const paths = filePaths(settings);
  const open: Sql[] = [];
  const file = async (path: string, part: Part): Promise<Sql> => {
    const { openSqlite } = await import('../store/sqlite.ts');
    const sql = await openSqlite(path, [part]);
    open.push(sql);
    return sql;
  };
  const plans = await openPlanStore(settings.MCP_STATE_DIR, log);
  const close = async (): Promise<void> => {
    await Promise.all([plans, ...open].map((store) => store.close()));
  };
  try {
    return {
      plans,
      credentials: createSqlCredentials(await file(paths.credentials, CREDENTIALS)),
      confirmations: createSqlConfirmations(await file(paths.confirmations, CONFIRMATIONS)),
      audit: createSqlAudit(await file(paths.audit, AUDIT)),
      ready: () => answers(open),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where the files are: the reference server's places. */
export function filePaths(settings: Needed) {
  const folder = dirname(settings.MCP_KEYSTORE_PATH);
  return {
    credentials: settings.MCP_KEYSTORE_PATH,
    audit: settings.MCP_AUDIT_LOG_PATH ?? join(folder, 'audit.db'),
    confirmations: settings.MCP_CONFIRM_JTI_PATH ?? join(folder, 'jti.db'),
  };
}

async function answers(databases: readonly Sql[]): Promise<boolean> {
  try {
    await Promise.all(databases.map((sql) => sql.all('SELECT 1')));
    return true;
  } catch {
    return false;
  }
}
