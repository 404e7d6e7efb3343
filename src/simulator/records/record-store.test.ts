import { describe, expect, it } from 'vitest';
import { createTables } from '../state/tables.ts';
import { createRecordStore, type StoredRecord } from './record-store.ts';

const record = (id: string, parent: string | null = null): StoredRecord => ({
  id,
  parent,
  body: { name: id },
  createdMs: 1,
  createdBy: '/users/1',
  updatedMs: 1,
  updatedBy: '/users/1',
});
const seeds = { things: () => [record('1'), record('2')], empty: () => [] };
const names = (records: readonly StoredRecord[]) => records.map(({ id }) => id);

describe('records', () => {
  it('are kept in order, found by parent, and told of', () => {
    const taken: number[] = [];
    const changed: string[] = [];
    const store = createRecordStore(createTables(), seeds, {
      taken: (_collection, id) => taken.push(id),
      changed: (collection) => changed.push(collection),
    });
    expect(taken).toEqual([1, 2]);
    store.put('things', record('x', '1'));
    store.put('things', record('y', '1'));
    store.put('things', { ...record('1'), body: { name: 'new' } });
    expect(names(store.all('things'))).toEqual(['1', '2', 'x', 'y']);
    expect(names(store.below('things', '1'))).toEqual(['x', 'y']);
    store.remove('things', 'x');
    store.remove('things', 'nobody');
    expect(names(store.below('things', '1'))).toEqual(['y']);
    expect(changed).toEqual(['things', 'things', 'things', 'things']);
  });

  it('come back from what a state file heard of, the deleted ones stay away', () => {
    const heard = new Map<string, Map<string, string | null>>();
    const quiet = { taken: () => {}, changed: () => {} };
    const tables = createTables({
      keep(changes) {
        for (const { table, key, value } of changes)
          heard.set(
            table,
            (heard.get(table) ?? new Map()).set(key, value === undefined ? null : JSON.stringify(value)),
          );
      },
    });
    const before = createRecordStore(tables, seeds, quiet);
    before.remove('things', '1');
    before.put('things', record('3'));
    before.put('empty', record('first', '2'));
    tables.flush();
    const saved = (table: string) =>
      [...(heard.get(table) ?? [])].map(([key, text]) => [key, text === null ? undefined : JSON.parse(text)] as const);
    const after = createRecordStore(createTables({ saved }), seeds, quiet);
    expect(names(after.all('things'))).toEqual(['2', '3']);
    expect(after.all('things')).toEqual(before.all('things'));
    expect(after.below('empty', '2')).toEqual(before.below('empty', '2'));
  });
});
