import type { FlowGroup, FlowGrouping } from './question.ts';
import { NO_TIME, timeOf } from './seconds.ts';
import type { Segment } from './segment.ts';

type Sort = NonNullable<FlowGrouping['sort']>;
type Key = readonly (string | null)[];

/** Null before text, text by code unit: the same order on every machine. */
export function compareKeys(a: Key, b: Key): number {
  for (let i = 0; i < a.length; i += 1) {
    const left = a[i] ?? null;
    const right = b[i] ?? null;
    if (left === right) continue;
    if (left === null) return -1;
    return right === null || left > right ? 1 : -1;
  }
  return 0;
}

/** Sums by group number. */
export class GroupSums {
  readonly #rows: number[] = [];
  readonly #connections: number[] = [];
  readonly #bytesIn: number[] = [];
  readonly #bytesOut: number[] = [];
  readonly #first: number[] = [];
  readonly #last: number[] = [];

  get size(): number {
    return this.#rows.length;
  }

  add(group: number, segment: Segment, row: number): void {
    const first = segment.first[row] ?? NO_TIME;
    const last = segment.last[row] ?? NO_TIME;
    const known = this.#first[group];
    this.#rows[group] = (this.#rows[group] ?? 0) + 1;
    this.#connections[group] = (this.#connections[group] ?? 0) + (segment.connections[row] ?? 0);
    this.#bytesIn[group] = (this.#bytesIn[group] ?? 0) + (segment.bytesIn[row] ?? 0);
    this.#bytesOut[group] = (this.#bytesOut[group] ?? 0) + (segment.bytesOut[row] ?? 0);
    this.#first[group] =
      known === undefined || known === NO_TIME ? first : first === NO_TIME ? known : Math.min(known, first);
    this.#last[group] = Math.max(this.#last[group] ?? NO_TIME, last);
  }

  of(group: number): Omit<FlowGroup, 'key'> {
    return {
      rows: this.#rows[group] ?? 0,
      connections: this.#connections[group] ?? 0,
      bytesIn: this.#bytesIn[group] ?? 0,
      bytesOut: this.#bytesOut[group] ?? 0,
      firstSeen: timeOf(this.#first[group] ?? NO_TIME),
      lastSeen: timeOf(this.#last[group] ?? NO_TIME),
    };
  }

  /** The first `limit` groups, largest first, equal ones by key. Only those that can be among them are compared. */
  top(sort: Sort, limit: number, keyOf: (group: number) => Key): { readonly group: number; readonly key: Key }[] {
    const values = this.#values(sort);
    const count = Math.max(0, Math.min(Math.trunc(limit), values.length));
    if (count === 0) return [];
    const threshold = values.toSorted()[values.length - count] ?? 0;
    const candidates: { group: number; key: Key; value: number }[] = [];
    values.forEach((value, group) => {
      if (value >= threshold) candidates.push({ group, key: keyOf(group), value });
    });
    return candidates.sort((a, b) => b.value - a.value || compareKeys(a.key, b.key)).slice(0, count);
  }

  #values(sort: Sort): Float64Array {
    const column = { connections: this.#connections, rows: this.#rows, bytes: this.#bytesIn, last_seen: this.#last }[
      sort
    ];
    const values = Float64Array.from(column);
    if (sort === 'bytes') this.#bytesOut.forEach((bytes, group) => (values[group] = (values[group] ?? 0) + bytes));
    return values;
  }
}
