import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { PlanRecord, PlanStore } from './plans.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS plans (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    document TEXT NOT NULL,
    journal TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    touched_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS plans_by_state ON plans (state, created_ms DESC);
`;

const COLUMNS =
  'id, state, document, journal, created_ms AS createdMs, expires_ms AS expiresMs, touched_ms AS touchedMs';

/** Plans in an SQLite file that only its owner can read. Several processes may share it. Throws when the file cannot be opened. */
export async function openSqlitePlans(path: string): Promise<PlanStore> {
  // Imported late: Node 22 prints an experimental warning, and a server that never writes never needs it.
  const { DatabaseSync: Database } = await import('node:sqlite');
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const previous = process.umask(0o077);
  let database: DatabaseSync;
  try {
    database = new Database(path, { timeout: 5000 });
    // FULL: an acknowledged journal entry survives a power cut, because a request follows it.
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${SCHEMA}`);
  } finally {
    process.umask(previous);
  }

  const insert = database.prepare('INSERT INTO plans VALUES (?, ?, ?, ?, ?, ?, ?)');
  const find = database.prepare(`SELECT ${COLUMNS} FROM plans WHERE id = ?`);
  const move = database.prepare(
    'UPDATE plans SET state = ?, touched_ms = ? WHERE id = ? AND touched_ms <= ? AND state IN (SELECT value FROM json_each(?))',
  );
  const journal = database.prepare('UPDATE plans SET journal = ?, touched_ms = ? WHERE id = ? AND touched_ms = ?');
  const inStates = database.prepare(
    `SELECT ${COLUMNS} FROM plans WHERE state IN (SELECT value FROM json_each(?)) ORDER BY created_ms DESC LIMIT 100`,
  );
  const prune = database.prepare("DELETE FROM plans WHERE expires_ms < ? AND state NOT IN ('applying', 'undoing')");

  return {
    durable: true,
    async insert({ id, state, document, journal: text, createdMs, expiresMs, touchedMs }) {
      insert.run(id, state, document, text, createdMs, expiresMs, touchedMs);
    },
    async find(id) {
      const row = find.get(id);
      return row === undefined ? null : recordOf(row);
    },
    async transition(id, from, to, nowMs, untouchedSinceMs = Number.MAX_SAFE_INTEGER) {
      return move.run(to, nowMs, id, untouchedSinceMs, JSON.stringify(from)).changes === 1;
    },
    async writeJournal(id, text, nowMs, heldSinceMs) {
      return journal.run(text, nowMs, id, heldSinceMs).changes === 1;
    },
    async inStates(states) {
      return inStates.all(JSON.stringify(states)).map(recordOf);
    },
    async prune(beforeMs) {
      prune.run(beforeMs);
    },
    async close() {
      database.close();
    },
  };
}

function recordOf(row: Readonly<Record<string, unknown>>): PlanRecord {
  return {
    id: String(row['id']),
    state: String(row['state']),
    document: String(row['document']),
    journal: String(row['journal']),
    createdMs: Number(row['createdMs']),
    expiresMs: Number(row['expiresMs']),
    touchedMs: Number(row['touchedMs']),
  };
}
