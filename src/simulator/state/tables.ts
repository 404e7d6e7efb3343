/**
 * Rows of one kind by key: a Map whose changes a state file hears of. Values are plain data that JSON can carry, and are replaced, never
 * edited in place: an edit in place would be lost with the process.
 */
export type Table<V> = Pick<Map<string, V>, 'size' | 'get' | 'has' | 'delete' | 'keys' | 'values' | 'entries'> & {
  set(key: string, value: V): void;
};

/** One row as it is now; `value` undefined: it is gone. */
export interface RowChange {
  readonly table: string;
  readonly key: string;
  readonly value: unknown;
  /** The row stands behind all others of its table: it was not there before. */
  readonly last: boolean;
  /** The row is one the table starts with: that it is gone has to be remembered. */
  readonly initial: boolean;
}

type Row = readonly [key: string, value: unknown];

/** Everything that changes in a simulated PCE. */
export interface Tables {
  /**
   * The table of that name, the same one each time; `seed` says what the estate starts with and is asked at the first call only. Any part
   * of the simulator may have tables of its own.
   */
  open<V>(name: string, seed?: () => Iterable<readonly [string, V]>): Table<V>;
  /** Hands over what changed since the last call. The kernel calls it before each answer; it throws when nothing could be kept. */
  flush(): void;
  /** All rows of all tables opened so far. */
  all(): Iterable<readonly [table: string, rows: Iterable<Row>]>;
}

export interface TablesOptions {
  /** The rows a table starts with in place of its seed, all of them; null: the seed holds. */
  readonly start?: (table: string) => Iterable<Row> | null;
  /** What changed in an earlier life of the world, in order; undefined: the row was deleted. */
  readonly saved?: (table: string) => Iterable<Row>;
  /** Takes all of the changes or none. */
  readonly keep?: (changes: readonly RowChange[]) => void;
}

export function createTables({ start, saved, keep }: TablesOptions = {}): Tables {
  const tables = new Map<string, Map<string, unknown>>();
  const initial = new Map<string, ReadonlySet<string>>();
  const changed = new Map<string, Map<string, { readonly last: boolean }>>();

  function load(name: string, seed: () => Iterable<Row>): Map<string, unknown> {
    const rows = new Map<string, unknown>(start?.(name) ?? seed());
    if (keep !== undefined) initial.set(name, new Set(rows.keys()));
    for (const [key, value] of saved?.(name) ?? []) {
      if (value === undefined) rows.delete(key);
      else rows.set(key, value);
    }
    return rows;
  }

  function open<V>(name: string, seed: () => Iterable<readonly [string, V]> = () => []): Table<V> {
    // Every user of a name gives its rows the same type.
    const known = tables.get(name) as Map<string, V> | undefined;
    const rows = known ?? (load(name, seed) as Map<string, V>);
    tables.set(name, rows);
    if (keep === undefined) return rows;
    const note = (key: string, last: boolean): void => {
      const mine = changed.get(name) ?? new Map<string, { readonly last: boolean }>();
      changed.set(name, mine.set(key, { last: last || (mine.get(key)?.last ?? false) }));
    };
    return {
      get size() {
        return rows.size;
      },
      get: (key) => rows.get(key),
      has: (key) => rows.has(key),
      keys: () => rows.keys(),
      values: () => rows.values(),
      entries: () => rows.entries(),
      set(key, value) {
        note(key, !rows.has(key));
        rows.set(key, value);
      },
      delete(key) {
        if (!rows.has(key)) return false;
        note(key, false);
        return rows.delete(key);
      },
    };
  }

  return {
    open,
    flush() {
      if (keep === undefined || changed.size === 0) return;
      const changes = [...changed].flatMap(([table, keys]) =>
        [...keys].map(
          ([key, { last }]): RowChange => ({
            table,
            key,
            value: tables.get(table)?.get(key),
            last,
            initial: initial.get(table)?.has(key) ?? false,
          }),
        ),
      );
      keep(changes);
      changed.clear();
    },
    *all() {
      for (const [name, rows] of tables) yield [name, rows.entries()] as const;
    },
  };
}
