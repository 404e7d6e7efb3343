import { type DimensionCodes, dimensionsOf } from './dimensions.ts';
import { GroupSums } from './group-sums.ts';
import { InnerSums } from './inner-sums.ts';
import { DEFAULT_IDENTITY } from './party.ts';
import type { Dimension, FlowAnswer, FlowGrouping, FlowTotals } from './question.ts';
import { markKept, rowTest } from './row-test.ts';
import { SEGMENT_ROWS } from './segment.ts';
import type { FlowTable } from './table.ts';
import { TotalsCounter } from './totals.ts';
import { TupleIndex } from './tuple-index.ts';

const label = (codes: readonly DimensionCodes[], index: TupleIndex, group: number): (string | null)[] =>
  codes.map((dimension, position) => dimension.label(index.at(group, position)));

/** Answers questions about a finished table; what it works out about dimensions is kept for the next question. */
export function questionsOf(table: FlowTable): {
  ask(grouping: FlowGrouping): FlowAnswer;
  totals(): FlowTotals;
  labelKeys(): string[];
} {
  const known = new Map<string, DimensionCodes>();
  const make = dimensionsOf(table);
  const codesOf = (dimension: Dimension, identity: readonly string[]): DimensionCodes => {
    const key = dimension.endsWith('_party') ? JSON.stringify([dimension, identity]) : dimension;
    const codes = known.get(key) ?? make(dimension, identity);
    known.set(key, codes);
    return codes;
  };

  return {
    /** Filters, groups and adds up in one pass over the rows; throws `unknown_group_by`. */
    ask({ by, where = [], limit, sort = 'connections', identity = DEFAULT_IDENTITY, inside = [] }) {
      const dimensions = by.map((dimension) => codesOf(dimension, identity));
      const tests = where.map((filter) => rowTest(codesOf(filter.dimension, identity), filter));
      const inner = inside.map((each) => new InnerSums(each.by.map((dimension) => codesOf(dimension, identity))));
      const columns = dimensions.map((codes) => ({ codes, values: new Uint32Array(SEGMENT_ROWS) }));
      const keep = new Uint8Array(SEGMENT_ROWS);
      const index = new TupleIndex(dimensions.length);
      const tuple = new Int32Array(dimensions.length);
      const sums = new GroupSums();
      const totals = new TotalsCounter(table);
      for (const segment of table.segments) {
        if (markKept(segment, tests, keep) === 0) continue;
        columns.forEach(({ codes, values }) => codes.fill(segment, values));
        for (const each of inner) each.turnTo(segment);
        for (let row = 0; row < segment.rows; row += 1) {
          if (keep[row] === 0) continue;
          for (let position = 0; position < columns.length; position += 1)
            tuple[position] = columns[position]?.values[row] ?? 0;
          const group = index.idOf(tuple);
          sums.add(group, segment, row);
          for (let at = 0; at < inner.length; at += 1) inner[at]?.add(group, row, segment.connections[row] ?? 0);
          totals.add(segment, row);
        }
      }
      const top = sums.top(sort, limit, (group) => label(dimensions, index, group));
      const told = inner.map((each, at) =>
        each.of(
          top.map(({ group }) => group),
          inside[at]?.top ?? 0,
        ),
      );
      const groups = top.map(({ group, key }) => ({
        key,
        ...sums.of(group),
        ...(told.length === 0 ? {} : { inside: told.flatMap((values) => values.get(group) ?? []) }),
      }));
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
