import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createMemoryPlans } from './memory-plans.ts';
import { onEveryDatabase } from '../../test/store/databases.ts';
import type { PlanRecord, PlanStore } from './plans.ts';
import { createSqlPlans, PLANS } from './sql-plans.ts';
import { openSqlitePlans } from './sqlite-plans.ts';

const folder = mkdtempSync(join(tmpdir(), 'plans-'));
afterAll(() => rmSync(folder, { recursive: true }));

const record = (id: string, over: Partial<PlanRecord> = {}): PlanRecord => ({
  id,
  state: 'planned',
  document: '{}',
  journal: '[]',
  createdMs: 1000,
  expiresMs: 5000,
  touchedMs: 1000,
  ...over,
});

function planStore(open: () => Promise<PlanStore>): void {
  it('gives back what was put in and null for what was not', async () => {
    const store = await open();
    await store.insert(record('a', { document: '{"x":1}' }));
    expect(await store.find('a')).toEqual(record('a', { document: '{"x":1}' }));
    expect(await store.find('b')).toBeNull();
    await store.close();
  });

  it('lets exactly one of two callers start a plan', async () => {
    const store = await open();
    await store.insert(record('a'));
    const wins = await Promise.all([1, 2, 3].map(() => store.transition('a', ['planned'], 'applying', 2000)));
    expect(wins.filter(Boolean)).toHaveLength(1);
    expect((await store.find('a'))?.state).toBe('applying');
    await store.close();
  });

  it('hands over a plan only when its holder has gone quiet', async () => {
    const store = await open();
    await store.insert(record('a', { state: 'applying', touchedMs: 3000 }));
    expect(await store.transition('a', ['applying'], 'applying', 4000, 2999)).toBe(false);
    expect(await store.transition('a', ['applying'], 'applying', 4000, 3000)).toBe(true);
    await store.close();
  });

  it('lets only the one who holds a plan write its journal', async () => {
    const store = await open();
    await store.insert(record('a'));
    expect(await store.transition('a', ['planned'], 'applying', 2000)).toBe(true);
    expect(await store.writeJournal('a', '[1]', 2500, 2000)).toBe(true);
    expect(await store.transition('a', ['applying'], 'applying', 9000, 3000)).toBe(true);
    expect(await store.writeJournal('a', '[2]', 9001, 2500)).toBe(false);
    expect(await store.writeJournal('b', '[2]', 9001, 2500)).toBe(false);
    expect(await store.find('a')).toMatchObject({ journal: '[1]', touchedMs: 9000 });
    await store.close();
  });

  it('forgets expired plans but never one that is being worked on', async () => {
    const store = await open();
    await store.insert(record('old'));
    await store.insert(record('busy', { state: 'applying' }));
    await store.insert(record('young', { expiresMs: 9000 }));
    await store.prune(6000);
    expect(await store.find('old')).toBeNull();
    expect(await store.find('busy')).not.toBeNull();
    expect(await store.find('young')).not.toBeNull();
    expect((await store.inStates(['applying', 'planned'])).map(({ id }) => id).toSorted()).toEqual(['busy', 'young']);
    await store.close();
  });
}

describe('plan store (memory)', () => planStore(async () => createMemoryPlans()));

onEveryDatabase('plan store', (open) => planStore(async () => createSqlPlans((await open(PLANS)).sql)));

describe('plan store: sqlite', () => {
  it('survives being closed, and its file is its owner’s alone', async () => {
    const path = join(folder, 'kept', 'plans.db');
    const first = await openSqlitePlans(path);
    await first.insert(record('a'));
    expect(await first.writeJournal('a', '[1]', 1500, 1000)).toBe(true);
    await first.close();
    const second = await openSqlitePlans(path);
    expect((await second.find('a'))?.journal).toBe('[1]');
    await second.close();
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('is shared by two processes’ handles: one of them wins', async () => {
    const path = join(folder, 'shared', 'plans.db');
    const [one, two] = [await openSqlitePlans(path), await openSqlitePlans(path)];
    await one.insert(record('a'));
    const wins = [
      await one.transition('a', ['planned'], 'applying', 2000),
      await two.transition('a', ['planned'], 'applying', 2000),
    ];
    expect(wins).toEqual([true, false]);
    await one.close();
    await two.close();
  });
});
