import type { Part } from './migrate.ts';
import type { PlanRecord, PlanStore } from './plans.ts';
import { marks, numberOf, type Sql, type SqlRow } from './sql.ts';

export const PLANS: Part = {
  name: 'plans',
  migrations: [
    ({ integer }) => [
      `CREATE TABLE IF NOT EXISTS plans (
        id TEXT PRIMARY KEY,
        state TEXT NOT NULL,
        document TEXT NOT NULL,
        journal TEXT NOT NULL,
        created_ms ${integer} NOT NULL,
        expires_ms ${integer} NOT NULL,
        touched_ms ${integer} NOT NULL
      )`,
      'CREATE INDEX IF NOT EXISTS plans_by_state ON plans (state, created_ms DESC)',
    ],
  ],
};

const COLUMNS = 'id, state, document, journal, created_ms, expires_ms, touched_ms';

/** Plans in a database. */
export function createSqlPlans(sql: Sql): PlanStore {
  return {
    durable: true,
    async insert({ id, state, document, journal, createdMs, expiresMs, touchedMs }) {
      const values = [id, state, document, journal, createdMs, expiresMs, touchedMs];
      await sql.run(`INSERT INTO plans (${COLUMNS}) VALUES (${marks(values.length)})`, values);
    },
    async find(id) {
      const [row] = await sql.all(`SELECT ${COLUMNS} FROM plans WHERE id = ?`, [id]);
      return row === undefined ? null : recordOf(row);
    },
    async transition(id, from, to, nowMs, untouchedSinceMs = Number.MAX_SAFE_INTEGER) {
      const changed = await sql.run(
        `UPDATE plans SET state = ?, touched_ms = ? WHERE id = ? AND touched_ms <= ? AND state IN (${marks(from.length)})`,
        [to, nowMs, id, untouchedSinceMs, ...from],
      );
      return changed === 1;
    },
    async writeJournal(id, journal, nowMs, heldSinceMs) {
      const changed = await sql.run('UPDATE plans SET journal = ?, touched_ms = ? WHERE id = ? AND touched_ms = ?', [
        journal,
        nowMs,
        id,
        heldSinceMs,
      ]);
      return changed === 1;
    },
    async inStates(states) {
      const rows = await sql.all(
        `SELECT ${COLUMNS} FROM plans WHERE state IN (${marks(states.length)}) ORDER BY created_ms DESC LIMIT 100`,
        states,
      );
      return rows.map(recordOf);
    },
    async prune(beforeMs) {
      await sql.run("DELETE FROM plans WHERE expires_ms < ? AND state NOT IN ('applying', 'undoing')", [beforeMs]);
    },
    close: () => sql.close(),
  };
}

function recordOf(row: SqlRow): PlanRecord {
  return {
    id: String(row['id']),
    state: String(row['state']),
    document: String(row['document']),
    journal: String(row['journal']),
    createdMs: numberOf(row['created_ms']),
    expiresMs: numberOf(row['expires_ms']),
    touchedMs: numberOf(row['touched_ms']),
  };
}
