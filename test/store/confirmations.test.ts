import { expect, it } from 'vitest';
import { type ApprovalRecord, CONFIRMATIONS, createSqlConfirmations } from '../../src/store/confirmations.ts';
import { onEveryDatabase } from './databases.ts';

const record = (over: Partial<ApprovalRecord> = {}): ApprovalRecord => ({
  id: 'a1',
  issuer: 'https://idp.example',
  subject: 'ana',
  tool: 'provision-policy',
  paramsHash: 'f'.repeat(64),
  previewDigest: 'd1',
  document: '{}',
  state: 'open',
  approver: null,
  createdMs: 1000,
  expiresMs: 5000,
  ...over,
});

onEveryDatabase('confirmation store', (open) => {
  it('lets exactly one of many spend a confirmation, whichever replica it came to', async () => {
    const { sql, another } = await open(CONFIRMATIONS);
    const other = await another();
    const [one, two] = [createSqlConfirmations(sql), createSqlConfirmations(other)];
    const wins = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? one : two).spend('jti', 9000)));
    expect(wins.filter((won) => won)).toHaveLength(1);
    await other.close();
    await sql.close();
  });

  it('finds the live request of a call and no other', async () => {
    const { sql } = await open(CONFIRMATIONS);
    const store = createSqlConfirmations(sql);
    await store.ask(record());
    expect(await store.findFor(record(), 4999)).toEqual(record());
    expect(await store.findFor(record(), 5000)).toBeNull();
    for (const other of [{ issuer: 'x' }, { subject: 'x' }, { tool: 'x' }, { paramsHash: 'x' }])
      expect(await store.findFor(record(other), 2000)).toBeNull();
    await sql.close();
  });

  it('replaces what the same call was refused with before', async () => {
    const { sql } = await open(CONFIRMATIONS);
    const store = createSqlConfirmations(sql);
    await store.ask(record());
    expect(await store.decide('a1', 'open', 'approved', 2000, { issuer: 'i', subject: 'ben' })).toBe(true);
    await store.ask(record({ id: 'a2', previewDigest: 'd2' }));
    expect(await store.find('a1')).toBeNull();
    expect(await store.findFor(record(), 2000)).toMatchObject({ id: 'a2', state: 'open', approver: null });
    await sql.close();
  });

  it('moves a request once, never after it expired, and remembers who approved it', async () => {
    const { sql, another } = await open(CONFIRMATIONS);
    const other = await another();
    const [one, two] = [createSqlConfirmations(sql), createSqlConfirmations(other)];
    await one.ask(record());
    expect(await one.decide('a1', 'open', 'approved', 5000)).toBe(false);
    const ben = { issuer: 'i', subject: 'ben' };
    expect(await one.decide('a1', 'open', 'approved', 2000, ben)).toBe(true);
    const spent = await Promise.all([one, two, one, two].map((store) => store.decide('a1', 'approved', 'spent', 2000)));
    expect(spent.filter((won) => won)).toHaveLength(1);
    expect(await two.find('a1')).toMatchObject({ state: 'spent', approver: ben });
    await other.close();
    await sql.close();
  });

  it('forgets what has expired and nothing else', async () => {
    const { sql } = await open(CONFIRMATIONS);
    const store = createSqlConfirmations(sql);
    await store.ask(record());
    await store.spend('old', 4000);
    await store.spend('young', 9000);
    await store.prune(6000);
    expect(await store.find('a1')).toBeNull();
    expect(await store.spend('young', 9000)).toBe(false);
    expect(await Promise.all(['young', 'old', 'never'].map((id) => store.isSpent(id)))).toEqual([true, false, false]);
    await sql.close();
  });
});
