import { parseAddress, parseSpan } from '../addresses/address.ts';
import { fqdnMatcher } from '../addresses/fqdn.ts';
import { contains, setOfSpans } from '../addresses/set.ts';
import type { DimensionCodes } from './dimensions.ts';
import type { FlowFilter } from './question.ts';
import { SEGMENT_ROWS, type Segment } from './segment.ts';

export interface RowTest {
  readonly codes: DimensionCodes;
  /** By code: 1 keeps. */
  readonly kept: Uint8Array;
  /** The codes of the segment in hand. */
  readonly values: Uint32Array;
}

type ValueTest = (value: string) => boolean;

/** The values a filter wants, each tested once however many rows have it. */
export function rowTest(codes: DimensionCodes, filter: FlowFilter): RowTest {
  const wanted = filter.in === undefined ? undefined : new Set(filter.in);
  const unwanted = new Set(filter.notIn);
  const tests = valueTests(filter);
  const kept = new Uint8Array(codes.size);
  for (let code = 0; code < codes.size; code += 1) {
    const values = codes.members(code);
    const keep =
      (wanted === undefined || values.some((value) => wanted.has(value))) &&
      !values.some((value) => unwanted.has(value)) &&
      tests.every((test) => values.some((value) => value !== null && test(value)));
    kept[code] = keep ? 1 : 0;
  }
  return { codes, kept, values: new Uint32Array(SEGMENT_ROWS) };
}

function valueTests({ within, named, containing }: FlowFilter): readonly ValueTest[] {
  return [
    ...(within === undefined ? [] : [addressTest(within)]),
    ...(named === undefined ? [] : [nameTest(named)]),
    ...(containing === undefined ? [] : [textTest(containing)]),
  ];
}

function addressTest(blocks: readonly string[]): ValueTest {
  const set = setOfSpans(blocks.flatMap((block) => spanOf(block) ?? []));
  return (value) => {
    const address = parseAddress(value);
    return address !== null && contains(set, address);
  };
}

function spanOf(block: string) {
  const [from = '', to] = block.split('-');
  return parseSpan(from.trim(), to?.trim() ?? null);
}

function nameTest(patterns: readonly string[]): ValueTest {
  const covers = patterns.filter((pattern) => pattern.includes('*')).map((pattern) => fqdnMatcher(pattern));
  const plain = new Set(patterns.filter((pattern) => !pattern.includes('*')).map(normal));
  return (value) => {
    if (covers.some((matches) => matches(value))) return true;
    for (let rest = normal(value); rest !== ''; rest = rest.replace(/^[^.]*\.?/, '')) if (plain.has(rest)) return true;
    return false;
  };
}

const normal = (name: string): string => name.toLowerCase().replace(/\.$/, '');

function textTest(parts: readonly string[]): ValueTest {
  const wanted = parts.map((part) => part.toLowerCase());
  return (value) => wanted.some((part) => value.toLowerCase().includes(part));
}

/** Marks the rows of `segment` that pass every test with 1, the others with 0; how many pass. */
export function markKept(segment: Segment, tests: readonly RowTest[], keep: Uint8Array): number {
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
