import { type Address, type AddressSpan, parseSpan, type Span } from './address.ts';

/** A set of addresses: per family, spans that are sorted and do not touch. */
export interface AddressSet {
  readonly v4: readonly Span<number>[];
  readonly v6: readonly Span<bigint>[];
}

export const EMPTY_SET: AddressSet = { v4: [], v6: [] };

function merged<T extends number | bigint>(spans: readonly Span<T>[]): Span<T>[] {
  const sorted = [...spans].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const result: { start: T; end: T }[] = [];
  for (const span of sorted) {
    const last = result.at(-1);
    if (last !== undefined && span.start <= last.end) {
      if (span.end > last.end) last.end = span.end;
    } else result.push({ start: span.start, end: span.end });
  }
  return result;
}

/** Both arguments merged; one pass over each. */
function without<T extends number | bigint>(from: readonly Span<T>[], holes: readonly Span<T>[]): Span<T>[] {
  const result: Span<T>[] = [];
  let first = 0;
  for (const { start, end } of from) {
    let at = start;
    for (let hole = holes[first]; hole !== undefined && hole.end <= at; hole = holes[first]) first += 1;
    for (let index = first; index < holes.length; index += 1) {
      const hole = holes[index];
      if (hole === undefined || hole.start >= end) break;
      if (hole.start > at) result.push({ start: at, end: hole.start });
      if (hole.end > at) at = hole.end;
    }
    if (at < end) result.push({ start: at, end });
  }
  return result;
}

/** The union of `spans`, less the union of `excluded`. */
export function setOfSpans(spans: readonly AddressSpan[], excluded: readonly AddressSpan[] = []): AddressSet {
  const v4 = (list: readonly AddressSpan[]) => merged(list.filter((span) => span.family === 4));
  const v6 = (list: readonly AddressSpan[]) => merged(list.filter((span) => span.family === 6));
  return { v4: without(v4(spans), v4(excluded)), v6: without(v6(spans), v6(excluded)) };
}

interface TextRange {
  readonly from: string;
  readonly to: string | null;
  readonly exclusion: boolean;
}

/** The members of an IP list: every inclusive range less every exclusion (objects.md §11.2). Ranges that spell no address are skipped. */
export function setOfRanges(ranges: readonly TextRange[]): AddressSet {
  const spans = (exclusion: boolean) =>
    ranges
      .filter((range) => range.exclusion === exclusion)
      .map((range) => parseSpan(range.from, range.to))
      .filter((span) => span !== null);
  return setOfSpans(spans(false), spans(true));
}

/** The addresses and CIDR blocks of `texts`; what spells none is skipped. */
export const setOfTexts = (texts: readonly string[]): AddressSet =>
  setOfSpans(texts.map((text) => parseSpan(text)).filter((span) => span !== null));

function holds<T extends number | bigint>(spans: readonly Span<T>[], value: T): boolean {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const span = spans[middle];
    if (span === undefined || value < span.start) high = middle;
    else if (value >= span.end) low = middle + 1;
    else return true;
  }
  return false;
}

export const contains = (set: AddressSet, address: Address): boolean =>
  address.family === 4 ? holds(set.v4, address.value) : holds(set.v6, address.value);

/** How many IPv4 addresses the set has. */
export const ipv4Count = (set: AddressSet): number => set.v4.reduce((sum, span) => sum + (span.end - span.start), 0);
