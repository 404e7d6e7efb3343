import { dimensionCodes, type DimensionCodes } from './dimensions.ts';
import { GroupSums } from './group-sums.ts';
import type { Dimension, FlowAnswer, FlowFilter, FlowGrouping, FlowTotals } from './question.ts';
import { SEGMENT_ROWS, type Segment } from './segment.ts';
import type { FlowTable } from './table.ts';
import { TotalsCounter } from './totals.ts';
import { TupleIndex } from './tuple-index.ts';

interface RowTest {
  readonly codes: DimensionCodes;
  /** By code: 1 keeps. */
  readonly kept: Uint8Array;
  /** The codes of the segment in hand. */
  readonly values: Uint32Array;
}

function rowTest(codes: DimensionCodes, filter: FlowFilter): RowTest {
  const wanted = filter.in === undefined ? undefined : new Set(filter.in);
  const unwanted = new Set(filter.notIn);
  const kept = new Uint8Array(codes.size);
  for (let code = 0; code < codes.size; code += 1) {
    const values = codes.members(code);
    const keep =
      (wanted === undefined || values.some((value) => wanted.has(value))) &&
      !values.some((value) => unwanted.has(value));
    kept[code] = keep ? 1 : 0;
  }
  return { codes, kept, values: new Uint32Array(SEGMENT_ROWS) };
}

/** Marks the rows of `segment` that pass every test with 1, the others with 0; how many pass. */
function markKept(segment: Segment, tests: readonly RowTest[], keep: Uint8Array): number {
  keep.fill(1);
  let kept = segment.rows;
  for (const test of tests) {
    test.codes.fill(segment, test.values);
    kept = 0;
    for (let row = 0; row < segment.rows; row += 1) {
      const passes = (keep[row] ?? 0) & (test.kept[test.values[row] ?? 0] ?? 0);
      keep[row] = passes;
      kept += passes;
    }
  }
  return kept;
}

const label = (codes: readonly DimensionCodes[], index: TupleIndex, group: number): (string | null)[] =>
  codes.map((dimension, position) => dimension.label(index.at(group, position)));

/** Answers questions about a finished table; what it works out about dimensions is kept for the next question. */
export function questionsOf(table: FlowTable): {
  ask(grouping: FlowGrouping): FlowAnswer;
  totals(): FlowTotals;
  labelKeys(): string[];
} {
  const known = new Map<Dimension, DimensionCodes>();
  const codesOf = (dimension: Dimension): DimensionCodes => {
    const codes = known.get(dimension) ?? dimensionCodes(table, dimension);
    known.set(dimension, codes);
    return codes;
  };

  return {
    /** Filters, groups and adds up in one pass over the rows; throws `unknown_group_by`. */
    ask({ by, where = [], limit, sort = 'connections' }) {
      const dimensions = by.map(codesOf);
      const tests = where.map((filter) => rowTest(codesOf(filter.dimension), filter));
      const columns = dimensions.map((codes) => ({ codes, values: new Uint32Array(SEGMENT_ROWS) }));
      const keep = new Uint8Array(SEGMENT_ROWS);
      const index = new TupleIndex(dimensions.length);
      const tuple = new Int32Array(dimensions.length);
      const sums = new GroupSums();
      const totals = new TotalsCounter(table);
      for (const segment of table.segments) {
        if (markKept(segment, tests, keep) === 0) continue;
        columns.forEach(({ codes, values }) => codes.fill(segment, values));
        for (let row = 0; row < segment.rows; row += 1) {
          if (keep[row] === 0) continue;
          for (let position = 0; position < columns.length; position += 1)
            tuple[position] = columns[position]?.values[row] ?? 0;
          sums.add(index.idOf(tuple), segment, row);
          totals.add(segment, row);
        }
      }
      const groups = sums
        .top(sort, limit, (group) => label(dimensions, index, group))
        .map(({ group, key }) => ({ key, ...sums.of(group) }));
      return { groups, groupCount: sums.size, totals: totals.totals() };
    },

    totals() {
      const counter = new TotalsCounter(table);
      for (const segment of table.segments) for (let row = 0; row < segment.rows; row += 1) counter.add(segment, row);
      return counter.totals();
    },

    /** Label keys on either side, sorted. */
    labelKeys() {
      const keys = new Set<string>();
      for (const { workload } of table.endpoints) for (const { key } of workload?.labels ?? []) keys.add(key);
      return [...keys].sort();
    },
  };
}
