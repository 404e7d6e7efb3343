import type { JsonObject } from '../../core/json.ts';
import type { Tables } from '../state/tables.ts';

/** An object that takes effect at once, as plain data: everything beside labels, workloads, keys and versioned policy (objects.md §0.3-10). */
export interface StoredRecord {
  readonly id: string;
  /** The record it stands below, as a profile below its cluster. */
  readonly parent: string | null;
  /** The wire object without href and audit fields. */
  readonly body: JsonObject;
  readonly createdMs: number;
  readonly createdBy: string;
  readonly updatedMs: number;
  readonly updatedBy: string;
}

/** Collections of records by name. Records are replaced, never edited in place. */
export interface RecordStore {
  /** In order of creation. */
  all(collection: string): readonly StoredRecord[];
  get(collection: string, id: string): StoredRecord | undefined;
  /** Those below one parent, in order of creation. */
  below(collection: string, parent: string): readonly StoredRecord[];
  put(collection: string, record: StoredRecord): void;
  remove(collection: string, id: string): void;
}

/** The records of an estate, by collection; asked for when a collection is first needed. */
export type RecordSeeds = Readonly<Record<string, () => readonly StoredRecord[]>>;

export interface RecordListener {
  /** Told the integer ids that are in use from the start. */
  readonly taken: (collection: string, id: number) => void;
  /** Told of every change. */
  readonly changed: (collection: string) => void;
}

export function createRecordStore(tables: Tables, seeds: RecordSeeds, { taken, changed }: RecordListener): RecordStore {
  const opened = new Map<string, Collection>();
  const of = (name: string): Collection => {
    const known = opened.get(name) ?? createCollection(tables, name, seeds[name]);
    if (!opened.has(name)) for (const { id } of known.all()) if (/^\d{1,15}$/.test(id)) taken(name, Number(id));
    opened.set(name, known);
    return known;
  };
  // A table exists from its first opening on: all that the estate fills, so that an export is whole.
  for (const name of Object.keys(seeds)) of(name);
  return {
    all: (collection) => of(collection).all(),
    get: (collection, id) => of(collection).get(id),
    below: (collection, parent) => of(collection).below(parent),
    put(collection, record) {
      of(collection).put(record);
      changed(collection);
    },
    remove(collection, id) {
      if (of(collection).remove(id)) changed(collection);
    },
  };
}

interface Collection {
  all(): readonly StoredRecord[];
  get(id: string): StoredRecord | undefined;
  below(parent: string): readonly StoredRecord[];
  put(record: StoredRecord): void;
  remove(id: string): boolean;
}

function createCollection(tables: Tables, name: string, seed?: () => readonly StoredRecord[]): Collection {
  const table = tables.open<StoredRecord>(`records/${name}`, () =>
    (seed?.() ?? []).map((record) => [record.id, record] as const),
  );
  let list: readonly StoredRecord[] | null = null;
  let byParent: ReadonlyMap<string | null, readonly StoredRecord[]> | null = null;
  const changed = (): void => {
    list = null;
    byParent = null;
  };
  const all = (): readonly StoredRecord[] => (list ??= [...table.values()]);
  return {
    all,
    get: (id) => table.get(id),
    below(parent) {
      byParent ??= Map.groupBy(all(), (record) => record.parent);
      return byParent.get(parent) ?? [];
    },
    put(record) {
      table.set(record.id, record);
      changed();
    },
    remove(id) {
      changed();
      return table.delete(id);
    },
  };
}
