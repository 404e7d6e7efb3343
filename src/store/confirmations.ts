import type { Part } from './migrate.ts';
import { marks, numberOf, type Sql, type SqlRow, textOrNull } from './sql.ts';

/** `open`: asked for. `approved`: somebody said yes. `spent`: the call it was for has begun. */
export type ApprovalState = 'open' | 'approved' | 'denied' | 'spent';

/** A call that was refused until it is confirmed. */
export interface ApprovalRecord {
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  readonly tool: string;
  readonly paramsHash: string;
  /** Of what the call would do, as it was shown; null where nothing was computed. */
  readonly previewDigest: string | null;
  /** What a person is shown before approving, as JSON. */
  readonly document: string;
  readonly state: ApprovalState;
  readonly approver: { readonly issuer: string; readonly subject: string } | null;
  readonly createdMs: number;
  readonly expiresMs: number;
}

export type CallIdentity = Pick<ApprovalRecord, 'issuer' | 'subject' | 'tool' | 'paramsHash'>;

export interface ConfirmationStore {
  /** True for exactly one caller of all replicas: the confirmation with this id is spent. */
  spend(id: string, expiresMs: number): Promise<boolean>;
  isSpent(id: string): Promise<boolean>;
  /** Keeps what was refused, in place of what the same call was refused with before. */
  ask(record: ApprovalRecord): Promise<void>;
  find(id: string): Promise<ApprovalRecord | null>;
  /** The live one of a call, whatever its state. */
  findFor(call: CallIdentity, nowMs: number): Promise<ApprovalRecord | null>;
  /** Moves one that has not expired; exactly one caller wins. */
  decide(
    id: string,
    from: ApprovalState,
    to: ApprovalState,
    nowMs: number,
    approver?: ApprovalRecord['approver'],
  ): Promise<boolean>;
  /** Forgets what has expired. */
  prune(nowMs: number): Promise<void>;
  close(): Promise<void>;
}

export const CONFIRMATIONS: Part = {
  name: 'confirmations',
  migrations: [
    ({ integer }) => [
      // The reference server's replay table (reference-server.md §3.4); `exp` in seconds.
      `CREATE TABLE IF NOT EXISTS used_jti (jti TEXT PRIMARY KEY, exp ${integer} NOT NULL)`,
      `CREATE TABLE approvals (
        id TEXT PRIMARY KEY,
        iss TEXT NOT NULL,
        sub TEXT NOT NULL,
        tool TEXT NOT NULL,
        params_hash TEXT NOT NULL,
        preview_digest TEXT,
        document TEXT NOT NULL,
        state TEXT NOT NULL,
        approver_iss TEXT,
        approver_sub TEXT,
        created_ms ${integer} NOT NULL,
        expires_ms ${integer} NOT NULL
      )`,
      'CREATE UNIQUE INDEX approvals_by_call ON approvals (iss, sub, tool, params_hash)',
    ],
  ],
};

const COLUMNS =
  'id, iss, sub, tool, params_hash, preview_digest, document, state, approver_iss, approver_sub, created_ms, expires_ms';

const REPLACED = COLUMNS.split(', ')
  .map((column) => `${column} = excluded.${column}`)
  .join(', ');

/** Confirmations in a database. */
export function createSqlConfirmations(sql: Sql): ConfirmationStore {
  return {
    spend: async (id, expiresMs) =>
      (await sql.run('INSERT INTO used_jti (jti, exp) VALUES (?, ?) ON CONFLICT (jti) DO NOTHING', [
        id,
        Math.ceil(expiresMs / 1000),
      ])) === 1,
    isSpent: async (id) => (await sql.all('SELECT 1 FROM used_jti WHERE jti = ?', [id])).length > 0,
    async ask(record) {
      const values = valuesOf(record);
      await sql.run(
        `INSERT INTO approvals (${COLUMNS}) VALUES (${marks(values.length)})
         ON CONFLICT (iss, sub, tool, params_hash) DO UPDATE SET ${REPLACED}`,
        values,
      );
    },
    async find(id) {
      const [row] = await sql.all(`SELECT ${COLUMNS} FROM approvals WHERE id = ?`, [id]);
      return row === undefined ? null : recordOf(row);
    },
    async findFor({ issuer, subject, tool, paramsHash }, nowMs) {
      const [row] = await sql.all(
        `SELECT ${COLUMNS} FROM approvals WHERE iss = ? AND sub = ? AND tool = ? AND params_hash = ? AND expires_ms > ?`,
        [issuer, subject, tool, paramsHash, nowMs],
      );
      return row === undefined ? null : recordOf(row);
    },
    async decide(id, from, to, nowMs, approver = null) {
      const set = approver === null ? '' : ', approver_iss = ?, approver_sub = ?';
      const changed = await sql.run(
        `UPDATE approvals SET state = ?${set} WHERE id = ? AND state = ? AND expires_ms > ?`,
        [to, ...(approver === null ? [] : [approver.issuer, approver.subject]), id, from, nowMs],
      );
      return changed === 1;
    },
    async prune(nowMs) {
      await sql.run('DELETE FROM used_jti WHERE exp < ?', [Math.floor(nowMs / 1000)]);
      await sql.run('DELETE FROM approvals WHERE expires_ms < ?', [nowMs]);
    },
    close: () => sql.close(),
  };
}

const valuesOf = (record: ApprovalRecord) => [
  record.id,
  record.issuer,
  record.subject,
  record.tool,
  record.paramsHash,
  record.previewDigest,
  record.document,
  record.state,
  record.approver?.issuer ?? null,
  record.approver?.subject ?? null,
  record.createdMs,
  record.expiresMs,
];

function recordOf(row: SqlRow): ApprovalRecord {
  const approverSubject = textOrNull(row['approver_sub']);
  return {
    id: String(row['id']),
    issuer: String(row['iss']),
    subject: String(row['sub']),
    tool: String(row['tool']),
    paramsHash: String(row['params_hash']),
    previewDigest: textOrNull(row['preview_digest']),
    document: String(row['document']),
    state: stateOf(row['state']),
    approver: approverSubject === null ? null : { issuer: String(row['approver_iss']), subject: approverSubject },
    createdMs: numberOf(row['created_ms']),
    expiresMs: numberOf(row['expires_ms']),
  };
}

const STATES: readonly ApprovalState[] = ['open', 'approved', 'denied', 'spent'];

/** What cannot be read counts as spent: it lets nothing through. */
const stateOf = (value: unknown): ApprovalState => STATES.find((state) => state === value) ?? 'spent';
