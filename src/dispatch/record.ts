import type { Settings } from '../config/schema.ts';
import { systemClock } from '../core/clock.ts';
import { Failure } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { AuditSink } from './call.ts';

export interface CallLog {
  readonly sink: AuditSink;
  close(): Promise<void>;
}

/** The record of a stdio server, where a path for one is set. Throws `invalid_configuration` where it cannot be opened. */
export async function openRecord(settings: Settings, log: Log): Promise<CallLog | undefined> {
  const { MCP_AUDIT_LOG_PATH: path, MCP_CONFIRM_HMAC_KEY: digestKey } = settings;
  if (path === undefined) return undefined;
  const [{ openSqlite }, { AUDIT, createSqlAudit }, { createAuditRecorder }, { auditSink }] = await Promise.all([
    import('../store/sqlite.ts'),
    import('../store/audit.ts'),
    import('../access/audit/recorder.ts'),
    import('./audit.ts'),
  ]);
  const sql = await openSqlite(path, [AUDIT]).catch((cause: unknown) => {
    throw new Failure('invalid_configuration', { message: `MCP_AUDIT_LOG_PATH cannot be opened: ${path}`, cause });
  });
  const recorder = createAuditRecorder(createSqlAudit(sql));
  return {
    sink: auditSink({ recorder, clock: systemClock, log, digestKey }),
    async close() {
      await recorder.settled();
      await sql.close();
    },
  };
}
