import type { DimensionCodes } from './dimensions.ts';
import { compareKeys } from './group-sums.ts';
import type { InnerValues } from './question.ts';
import { SEGMENT_ROWS, type Segment } from './segment.ts';
import { TupleIndex } from './tuple-index.ts';

/** Connections by the values of some dimensions within each group. */
export class InnerSums {
  readonly #dimensions: readonly DimensionCodes[];
  readonly #columns: readonly Uint32Array[];
  readonly #index: TupleIndex;
  readonly #tuple: Int32Array;
  readonly #connections: number[] = [];

  constructor(dimensions: readonly DimensionCodes[]) {
    this.#dimensions = dimensions;
    this.#columns = dimensions.map(() => new Uint32Array(SEGMENT_ROWS));
    this.#index = new TupleIndex(dimensions.length + 1);
    this.#tuple = new Int32Array(dimensions.length + 1);
  }

  /** Takes the segment whose rows are added next. */
  turnTo(segment: Segment): void {
    this.#dimensions.forEach((codes, at) => codes.fill(segment, this.#columns[at] ?? new Uint32Array(SEGMENT_ROWS)));
  }

  add(group: number, row: number, connections: number): void {
    let told = 0;
    this.#tuple[0] = group;
    for (let at = 0; at < this.#columns.length; at += 1) {
      const code = this.#columns[at]?.[row] ?? 0;
      this.#tuple[at + 1] = code;
      told += code;
    }
    if (told === 0) return;
    const id = this.#index.idOf(this.#tuple);
    this.#connections[id] = (this.#connections[id] ?? 0) + connections;
  }

  /** The `top` busiest values of each of `groups`, equal ones by key, and how many each has. */
  of(groups: readonly number[], top: number): ReadonlyMap<number, InnerValues> {
    const members = new Map(groups.map((group): [number, number[]] => [group, []]));
    for (let id = 0; id < this.#index.size; id += 1) members.get(this.#index.at(id, 0))?.push(id);
    return new Map([...members].map(([group, ids]) => [group, this.#topOf(ids, top)]));
  }

  /** Only values that can be among the first are written out and compared. */
  #topOf(ids: readonly number[], top: number): InnerValues {
    const count = Math.min(top, ids.length);
    if (count <= 0) return { count: ids.length, top: [] };
    const amounts = Float64Array.from(ids, (id) => this.#connections[id] ?? 0);
    const threshold = amounts.toSorted()[amounts.length - count] ?? 0;
    const values = ids.flatMap((id, at) => {
      const connections = amounts[at] ?? 0;
      return connections < threshold ? [] : [{ key: this.#keyOf(id), connections }];
    });
    const order = (a: (typeof values)[number], b: (typeof values)[number]): number =>
      b.connections - a.connections || compareKeys(a.key, b.key);
    return { count: ids.length, top: values.sort(order).slice(0, count) };
  }

  #keyOf(id: number): (string | null)[] {
    return this.#dimensions.map((codes, at) => codes.label(this.#index.at(id, at + 1)));
  }
}
