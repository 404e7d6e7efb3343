import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyChains } from '../../src/access/audit/chain.ts';
import { createAuditRecorder } from '../../src/access/audit/recorder.ts';
import { AUDIT, type AuditRow, createSqlAudit } from '../../src/store/audit.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { onEveryDatabase } from './databases.ts';

const row = (seq: number, over: Partial<AuditRow> = {}): AuditRow => ({
  writer: 'w1',
  seq,
  prev: '',
  hash: `h${seq}`,
  ts: `2026-05-0${seq}T00:00:00.000Z`,
  callId: `c${seq}`,
  phase: 'ended',
  sub: 'ana',
  iss: 'https://idp.example',
  tool: 'get-labels',
  decision: 'allowed',
  reason: null,
  role: 'reader',
  requestId: `r${seq}`,
  effect: 'read',
  targets: null,
  outcome: 'ok',
  latencyMs: 12,
  confirmationId: null,
  planId: null,
  argsDigest: null,
  pceKey: null,
  ...over,
});

onEveryDatabase('audit store', (open) => {
  it('gives back rows as they were written, newest first, by filter', async () => {
    const { sql } = await open(AUDIT);
    const store = createSqlAudit(sql);
    await store.append([row(1), row(2, { sub: 'ben', decision: 'denied', reason: 'role' }), row(3)]);
    expect(await store.query({ limit: 10 })).toEqual([
      row(3),
      row(2, { sub: 'ben', decision: 'denied', reason: 'role' }),
      row(1),
    ]);
    expect(await store.query({ decision: 'denied', limit: 10 })).toHaveLength(1);
    expect(await store.query({ since: row(2).ts, until: row(3).ts, limit: 10 })).toHaveLength(1);
    expect(await store.query({ limit: 1 })).toEqual([row(3)]);
    await sql.close();
  });

  it('keeps a chain of whatever claims hold whole', async () => {
    const { sql } = await open(AUDIT);
    const store = createSqlAudit(sql);
    const recorder = createAuditRecorder(store);
    for (const sub of ['a\0b', '\ud800', 'x'.repeat(5000), '\u{1F600}'.repeat(800)])
      await recorder.write({ ...row(1), sub });
    expect((await verifyChains(store)).broken).toEqual([]);
    await sql.close();
  });

  it('writes all of a batch or nothing', async () => {
    const { sql } = await open(AUDIT);
    const store = createSqlAudit(sql);
    await store.append([row(1)]);
    await expect(store.append([row(2), row(1)])).rejects.toThrow();
    expect(await store.query({ limit: 10 })).toHaveLength(1);
    await sql.close();
  });

  it('shows a call once in the view of the reference server, also one that never ended', async () => {
    const { sql } = await open(AUDIT);
    const store = createSqlAudit(sql);
    await store.append([
      row(1, { callId: 'a', phase: 'begun', outcome: null }),
      row(2, { callId: 'a' }),
      row(3, { callId: 'b', phase: 'begun', outcome: null }),
    ]);
    const rows = await sql.all('SELECT outcome FROM audit_log ORDER BY ts');
    expect(rows.map(({ outcome }) => outcome)).toEqual(['ok', null]);
    await sql.close();
  });

  it('runs both documented queries of the reference server as they stand', async () => {
    const { sql } = await open(AUDIT);
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    await createSqlAudit(sql).append([
      row(1, { ts: daysAgo(9), sub: 'ana', decision: 'denied', reason: 'role not in tool roles' }),
      row(2, { ts: daysAgo(6), sub: 'ben' }),
      row(3, { ts: daysAgo(2), sub: 'ana', decision: 'denied', reason: 'no role assigned' }),
      row(4, { ts: daysAgo(1), sub: 'ben' }),
    ]);
    expect((await sql.all(DENIED)).map(({ sub, tool, reason }) => [sub, tool, reason])).toEqual([
      ['ana', 'get-labels', 'no role assigned'],
      ['ana', 'get-labels', 'role not in tool roles'],
    ]);
    expect((await sql.all(VOLUME)).map((each) => [each['sub'], Number(each['COUNT(*)'] ?? each['count'])])).toEqual([
      ['ben', 2],
      ['ana', 1],
    ]);
    await sql.close();
  });
});

const DENIED = `SELECT ts, sub, tool, reason FROM audit_log
WHERE decision='denied'
ORDER BY ts DESC LIMIT 20`;
const VOLUME = `SELECT sub, COUNT(*) FROM audit_log
WHERE ts > date('now', '-7 days')
GROUP BY sub ORDER BY 2 DESC`;

describe('audit store in an SQLite file of the reference server', () => {
  it('keeps the old rows readable and runs both documented queries', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'audit-'));
    const path = join(folder, 'audit.db');
    const before = new DatabaseSync(path);
    // The table of the reference server (reference-server.md §3.6).
    before.exec(`CREATE TABLE audit_log (id INTEGER PRIMARY KEY AUTOINCREMENT, ts TEXT NOT NULL, sub TEXT, iss TEXT, tool TEXT NOT NULL,
      decision TEXT NOT NULL, reason TEXT, role TEXT, request_id TEXT);
      INSERT INTO audit_log (ts, sub, iss, tool, decision, reason, role, request_id)
      VALUES ('2026-01-01T00:00:00+00:00', 'old', 'i', 'get-labels', 'denied', 'no role assigned', NULL, 'r0')`);
    before.close();

    const sql = await openSqlite(path, [AUDIT]);
    const now = new Date().toISOString();
    await createSqlAudit(sql).append([
      row(1, { ts: now, callId: 'a', phase: 'begun' }),
      row(2, { ts: now, callId: 'a' }),
      row(3, { ts: now, sub: 'ben', decision: 'denied', reason: 'role' }),
    ]);
    const denied = await sql.all(DENIED);
    expect(denied.map(({ sub }) => sub)).toEqual(['ben', 'old']);
    const volume = await sql.all(VOLUME);
    expect(volume.map((each) => [each['sub'], each['COUNT(*)']])).toEqual(
      expect.arrayContaining([
        ['ana', 1],
        ['ben', 1],
      ]),
    );
    await sql.close();
    rmSync(folder, { recursive: true });
  });
});
