import type { Part } from './migrate.ts';
import { marks, numberOf, type Sql, type SqlRow, type SqlValue, textOrNull } from './sql.ts';

/** One entry of the record. `writer` and `seq` name its place in the chain of the process that wrote it. */
export interface AuditRow {
  readonly writer: string;
  readonly seq: number;
  /** Hash of the entry before in this chain; empty for the first. */
  readonly prev: string;
  readonly hash: string;
  /** RFC 3339, UTC. */
  readonly ts: string;
  /** Joins the entry before a write with the one after it. */
  readonly callId: string;
  /** `begun`: a write that is about to run. `ended`: what became of a call. */
  readonly phase: 'begun' | 'ended';
  readonly sub: string;
  readonly iss: string;
  readonly tool: string;
  readonly decision: 'allowed' | 'denied' | 'error';
  readonly reason: string | null;
  readonly role: string | null;
  readonly requestId: string | null;
  readonly effect: string | null;
  /** Hrefs or names, as a JSON list. */
  readonly targets: string | null;
  readonly outcome: string | null;
  readonly latencyMs: number | null;
  readonly confirmationId: string | null;
  readonly planId: string | null;
  /** Keyed digest; the arguments themselves are never kept. */
  readonly argsDigest: string | null;
  /** Whose PCE key was used: `own` or `shared`. */
  readonly pceKey: string | null;
}

export interface AuditFilter {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly sub?: string | undefined;
  readonly tool?: string | undefined;
  readonly decision?: string | undefined;
  readonly requestId?: string | undefined;
  readonly limit: number;
}

export interface AuditStore {
  /** All of them or none; returns when they are on disk. */
  append(rows: readonly AuditRow[]): Promise<void>;
  /** Newest first. */
  query(filter: AuditFilter): Promise<readonly AuditRow[]>;
  writers(): Promise<readonly string[]>;
  /** Of one chain, in its order, those after `afterSeq`. */
  chain(writer: string, afterSeq: number, limit: number): Promise<readonly AuditRow[]>;
  close(): Promise<void>;
}

const FIELDS = {
  writer: 'writer',
  seq: 'seq',
  prev: 'prev',
  hash: 'hash',
  ts: 'ts',
  callId: 'call_id',
  phase: 'phase',
  sub: 'sub',
  iss: 'iss',
  tool: 'tool',
  decision: 'decision',
  reason: 'reason',
  role: 'role',
  requestId: 'request_id',
  effect: 'effect',
  targets: 'targets',
  outcome: 'outcome',
  latencyMs: 'latency_ms',
  confirmationId: 'confirmation_id',
  planId: 'plan_id',
  argsDigest: 'args_digest',
  pceKey: 'pce_key',
} as const satisfies Record<keyof AuditRow, string>;

const NAMES = Object.keys(FIELDS) as readonly (keyof AuditRow)[]; // the keys of the literal above
const COLUMNS = Object.values(FIELDS).join(', ');

export const AUDIT: Part = {
  name: 'audit',
  migrations: [
    ({ integer, serial }, dialect) => [
      `CREATE TABLE audit_entries (
        id ${serial},
        ${NAMES.map((name) => columnOf(name, integer)).join(',\n        ')},
        UNIQUE (writer, seq)
      )`,
      'CREATE INDEX audit_by_subject ON audit_entries (sub, ts DESC)',
      'CREATE INDEX audit_by_decision ON audit_entries (decision, ts DESC)',
      'CREATE INDEX audit_by_call ON audit_entries (call_id)',
      // The reference server's table (reference-server.md §3.6) may be in the file already. Its rows stay readable in the view of its name,
      // which has one row a call: the documented queries count calls.
      `CREATE TABLE IF NOT EXISTS audit_log (
        id ${serial}, ts TEXT, sub TEXT, iss TEXT, tool TEXT, decision TEXT, reason TEXT, role TEXT, request_id TEXT
      )`,
      'ALTER TABLE audit_log RENAME TO audit_log_of_before',
      `CREATE VIEW audit_log AS
        SELECT id, ts, sub, iss, tool, decision, reason, role, request_id, effect, outcome, latency_ms, confirmation_id, plan_id
        FROM audit_entries AS entry
        WHERE phase = 'ended' OR NOT EXISTS (
          SELECT 1 FROM audit_entries AS later WHERE later.call_id = entry.call_id AND later.phase = 'ended')
        UNION ALL
        SELECT -id, ts, sub, iss, tool, decision, reason, role, request_id, NULL, NULL, ${dialect === 'postgres' ? `CAST(NULL AS ${integer})` : 'NULL'}, NULL, NULL
        FROM audit_log_of_before`,
    ],
    // The documented queries say `date('now', '-7 days')`, which SQLite has.
    (_types, dialect) =>
      dialect === 'postgres'
        ? [
            `CREATE OR REPLACE FUNCTION date(text, text) RETURNS text LANGUAGE sql STABLE AS
              'SELECT to_char(CAST($1 AS timestamptz) AT TIME ZONE ''UTC'' + CAST($2 AS interval), ''YYYY-MM-DD'')'`,
          ]
        : [],
  ],
};

function columnOf(name: keyof AuditRow, integer: string): string {
  const type = name === 'seq' || name === 'latencyMs' ? integer : 'TEXT';
  const required = ['writer', 'seq', 'prev', 'hash', 'ts', 'callId', 'phase', 'sub', 'iss', 'tool', 'decision'];
  return `${FIELDS[name]} ${type}${required.includes(name) ? ' NOT NULL' : ''}`;
}

/** The record in a database. */
export function createSqlAudit(sql: Sql): AuditStore {
  return {
    async append(rows) {
      const tuple = `(${marks(NAMES.length)})`;
      await sql.run(
        `INSERT INTO audit_entries (${COLUMNS}) VALUES ${rows.map(() => tuple).join(', ')}`,
        rows.flatMap((row) => NAMES.map((name) => row[name])),
      );
    },
    async query({ since, until, sub, tool, decision, requestId, limit }) {
      const conditions: [string, SqlValue | undefined][] = [
        ['ts >= ?', since],
        ['ts < ?', until],
        ['sub = ?', sub],
        ['tool = ?', tool],
        ['decision = ?', decision],
        ['request_id = ?', requestId],
      ];
      const given = conditions.flatMap(([text, value]) => (value === undefined ? [] : [[text, value] as const]));
      const where = given.length === 0 ? '' : `WHERE ${given.map(([text]) => text).join(' AND ')}`;
      const rows = await sql.all(`SELECT ${COLUMNS} FROM audit_entries ${where} ORDER BY id DESC LIMIT ?`, [
        ...given.map(([, value]) => value),
        limit,
      ]);
      return rows.map(rowOf);
    },
    writers: async () =>
      (await sql.all('SELECT writer FROM audit_entries GROUP BY writer ORDER BY MIN(id)')).map((row) =>
        String(row['writer']),
      ),
    async chain(writer, afterSeq, limit) {
      const rows = await sql.all(
        `SELECT ${COLUMNS} FROM audit_entries WHERE writer = ? AND seq > ? ORDER BY seq LIMIT ?`,
        [writer, afterSeq, limit],
      );
      return rows.map(rowOf);
    },
    close: () => sql.close(),
  };
}

function rowOf(row: SqlRow): AuditRow {
  const text = (name: keyof AuditRow) => String(row[FIELDS[name]]);
  const maybe = (name: keyof AuditRow) => textOrNull(row[FIELDS[name]]);
  const latency = row['latency_ms'];
  return {
    writer: text('writer'),
    seq: numberOf(row['seq']),
    prev: text('prev'),
    hash: text('hash'),
    ts: text('ts'),
    callId: text('callId'),
    phase: text('phase') === 'begun' ? 'begun' : 'ended',
    sub: text('sub'),
    iss: text('iss'),
    tool: text('tool'),
    decision: decisionOf(text('decision')),
    reason: maybe('reason'),
    role: maybe('role'),
    requestId: maybe('requestId'),
    effect: maybe('effect'),
    targets: maybe('targets'),
    outcome: maybe('outcome'),
    latencyMs: latency === null || latency === undefined ? null : numberOf(latency),
    confirmationId: maybe('confirmationId'),
    planId: maybe('planId'),
    argsDigest: maybe('argsDigest'),
    pceKey: maybe('pceKey'),
  };
}

const decisionOf = (text: string): AuditRow['decision'] => (text === 'allowed' || text === 'denied' ? text : 'error');
