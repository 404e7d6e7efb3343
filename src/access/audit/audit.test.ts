import { describe, expect, it } from 'vitest';
import { AUDIT, type AuditStore, createSqlAudit } from '../../store/audit.ts';
import type { Sql } from '../../store/sql.ts';
import { openSqlite } from '../../store/sqlite.ts';
import { type AuditEntry, verifyChains } from './chain.ts';
import { createAuditRecorder } from './recorder.ts';

const entry = (over: Partial<AuditEntry> = {}): AuditEntry => ({
  ts: '2026-05-12T09:00:00.000Z',
  callId: 'c1',
  phase: 'ended',
  sub: 'ana',
  iss: 'https://idp.example',
  tool: 'get-labels',
  decision: 'allowed',
  reason: null,
  role: 'reader',
  requestId: 'r1',
  effect: 'read',
  targets: null,
  outcome: 'ok',
  latencyMs: 3,
  confirmationId: null,
  planId: null,
  argsDigest: null,
  pceKey: null,
  ...over,
});

async function written(count: number): Promise<{ sql: Sql; store: AuditStore }> {
  const sql = await openSqlite(':memory:', [AUDIT]);
  const store = createSqlAudit(sql);
  const recorder = createAuditRecorder(store);
  await Promise.all(Array.from({ length: count }, (_, n) => recorder.write(entry({ callId: `c${n}` }))));
  return { sql, store };
}

describe('the record', () => {
  it('is whole after many entries at once, in one chain', async () => {
    const { store } = await written(200);
    const { entries, heads, broken } = await verifyChains(store);
    expect([entries, heads.length, heads[0]?.seq, broken]).toEqual([200, 1, 200, []]);
  });

  it('is one chain a process', async () => {
    const sql = await openSqlite(':memory:', [AUDIT]);
    const store = createSqlAudit(sql);
    const [one, two] = [createAuditRecorder(store), createAuditRecorder(store)];
    for (let n = 0; n < 3; n++) await Promise.all([one.write(entry()), two.write(entry())]);
    const { heads, broken } = await verifyChains(store);
    expect([heads.map(({ seq }) => seq), broken]).toEqual([[3, 3], []]);
  });

  it('takes whatever claims and arguments hold, and gives it back as it was hashed', async () => {
    const sql = await openSqlite(':memory:', [AUDIT]);
    const store = createSqlAudit(sql);
    const recorder = createAuditRecorder(store);
    for (const text of ['\0', 'a\0b', '\ud800', 'x'.repeat(5000), '\u{1F600}'.repeat(800), 'é\n\r\u2028'])
      await recorder.write(entry({ sub: text, planId: text }));
    expect((await verifyChains(store)).broken).toEqual([]);
    expect((await store.query({ limit: 10 })).every(({ sub }) => !sub.includes('\0') && sub.length <= 1000)).toBe(true);
  });

  it.each([
    ['another subject', "UPDATE audit_entries SET sub = 'ben' WHERE seq = 5", 'entry 5: was changed'],
    ['another outcome', 'UPDATE audit_entries SET outcome = NULL WHERE seq = 5', 'entry 5: was changed'],
    ['another time', "UPDATE audit_entries SET ts = '2020-01-01' WHERE seq = 1", 'entry 1: was changed'],
    ['a missing entry', 'DELETE FROM audit_entries WHERE seq = 5', 'entry 6: 1 entries before it are missing'],
    ['a missing beginning', 'DELETE FROM audit_entries WHERE seq <= 2', 'entry 3: 2 entries before it are missing'],
    ['a forged hash', "UPDATE audit_entries SET hash = 'x' WHERE seq = 5", 'entry 6: does not follow'],
  ])('shows %s', async (_what, edit, told) => {
    const { sql, store } = await written(10);
    await sql.run(edit);
    const { broken } = await verifyChains(store);
    expect(broken.some((text) => text.includes(told))).toBe(true);
  });

  it('shows against noted heads that its end was cut off or a chain is gone', async () => {
    const { sql, store } = await written(10);
    const { heads } = await verifyChains(store);
    expect((await verifyChains(store, heads)).broken).toEqual([]);
    await sql.run('DELETE FROM audit_entries WHERE seq > 8');
    expect((await verifyChains(store)).broken).toEqual([]);
    expect((await verifyChains(store, heads)).broken).toEqual([
      expect.stringContaining('entry 10: noted earlier, is gone'),
    ]);
    await sql.run('DELETE FROM audit_entries');
    expect((await verifyChains(store, heads)).broken).toHaveLength(1);
  });

  it('shows against noted heads that it was written anew', async () => {
    const { heads } = await verifyChains((await written(10)).store);
    const [head] = heads;
    const forged = await written(10);
    await forged.sql.run('UPDATE audit_entries SET writer = ?', [head?.writer ?? '']);
    expect((await verifyChains(forged.store, heads)).broken).toContainEqual(
      expect.stringContaining('not the one noted'),
    );
  });
});

describe('a record that cannot be written', () => {
  it('says so to everybody who waits, and begins a new chain once it can', async () => {
    const sql = await openSqlite(':memory:', [AUDIT]);
    const store = createSqlAudit(sql);
    let broken = false;
    const recorder = createAuditRecorder({
      ...store,
      append: (rows) => (broken ? Promise.reject(new Error('disk full')) : store.append(rows)),
    });
    await recorder.write(entry());
    broken = true;
    const failed = await Promise.allSettled([recorder.write(entry()), recorder.write(entry())]);
    expect(failed.map((result) => result.status === 'rejected' && result.reason.code)).toEqual([
      'audit_unavailable',
      'audit_unavailable',
    ]);
    expect(recorder.healthy).toBe(false);
    broken = false;
    await recorder.write(entry());
    expect(recorder.healthy).toBe(true);
    const { entries, heads, broken: problems } = await verifyChains(store);
    expect([entries, heads.length, problems]).toEqual([2, 2, []]);
  });
});
