import type { PolicyDecision, TrafficQuery, TrafficService } from './query.ts';

/** A query that is one of several which together have the rows of another, and which one it is, for people. */
export interface QueryPart {
  readonly query: TrafficQuery;
  /** Empty for the whole. */
  readonly name: string;
  /** Flows that lasted over a cut in time stand in the part before it and in the one after it. */
  readonly overlaps: boolean;
}

/** What the rows that came of a query look like: where to cut so that the parts are about equal. */
export interface QuerySample {
  readonly ports: readonly { readonly proto: number; readonly port: number; readonly rows: number }[];
  readonly sources: readonly { readonly ip: string; readonly rows: number }[];
}

const DECISIONS: readonly PolicyDecision[] = ['allowed', 'potentially_blocked', 'blocked', 'unknown'];
const MAX_PORT = 65_535;
const EVERY_V6 = '::/0';
/** Parts aimed at with each cut; the sample is only the first rows, so that they may have to be cut again. */
const PARTS = 6;
/** Below this, a flow is more likely to lie on a cut than between two. */
const MIN_WINDOW_MS = 2 * 3_600_000;

export const wholeQuery = (query: TrafficQuery): QueryPart => ({ query, name: '', overlaps: false });

const named = (part: QueryPart, name: string): string => (part.name === '' ? name : `${part.name}, ${name}`);

/** One part for each decision; null where there is one decision only. */
export function splitByDecision(part: QueryPart): readonly QueryPart[] | null {
  const decisions = part.query.decisions.length === 0 ? DECISIONS : part.query.decisions;
  if (decisions.length === 1) return null;
  return decisions.map((decision) => ({
    ...part,
    name: named(part, decision),
    query: { ...part.query, decisions: [decision] },
  }));
}

/**
 * `part` in parts whose rows make up its rows, by the first filter that can still divide what the sample shows: protocol and ports,
 * source addresses, and last by time. The first two are disjoint, and complete by construction: each part takes a range and the last
 * one excludes exactly those ranges. Null where nothing is left to divide by.
 */
export const splitBySample = (part: QueryPart, sample: QuerySample): readonly QueryPart[] | null =>
  byPorts(part, sample.ports) ?? bySources(part, sample.sources) ?? byTime(part);

interface PortRange {
  readonly proto: number;
  readonly port: number;
  readonly toPort: number;
}

function byPorts(part: QueryPart, ports: QuerySample['ports']): readonly QueryPart[] | null {
  if (ports.length < 2) return null;
  const { services } = part.query;
  const ranges = portRanges(ports);
  const parts = ranges.flatMap((range) => {
    const include =
      services.include.length === 0 ? [range] : services.include.flatMap((entry) => narrowed(entry, range) ?? []);
    const name = `ports ${range.port}-${range.toPort} of protocol ${range.proto}`;
    return include.length === 0 ? [] : [servicesPart(part, { include, exclude: services.exclude }, name)];
  });
  const rest = { include: services.include, exclude: [...services.exclude, ...ranges] };
  return [...parts, servicesPart(part, rest, 'other services')];
}

const servicesPart = (part: QueryPart, services: TrafficQuery['services'], name: string): QueryPart => ({
  ...part,
  name: named(part, name),
  query: { ...part.query, services },
});

/** Ranges that cover every port of the protocols seen, cut where each has about the same share of the rows. */
function portRanges(ports: QuerySample['ports']): readonly PortRange[] {
  const sorted = ports.toSorted((a, b) => a.proto - b.proto || a.port - b.port);
  const share = sorted.reduce((sum, { rows }) => sum + rows, 0) / PARTS;
  const ranges: PortRange[] = [];
  let start = 0;
  let filled = 0;
  sorted.forEach(({ proto, port, rows }, at) => {
    const next = sorted[at + 1];
    if (filled > 0 && filled + rows > share) {
      ranges.push({ proto, port: start, toPort: port - 1 });
      start = port;
      filled = 0;
    }
    filled += rows;
    const isLast = next?.proto !== proto;
    if (!isLast && filled < share) return;
    ranges.push({ proto, port: start, toPort: isLast ? MAX_PORT : port });
    start = isLast ? 0 : port + 1;
    filled = 0;
  });
  return ranges;
}

/** What both say, or null where that is nothing. */
function narrowed(entry: TrafficService, range: PortRange): TrafficService | null {
  if (entry.proto !== undefined && entry.proto !== range.proto) return null;
  const [low, high] = entry.port === undefined ? [0, MAX_PORT] : [entry.port, entry.toPort ?? entry.port];
  const from = Math.max(low, range.port);
  const to = Math.min(high, range.toPort);
  return from > to ? null : { ...entry, proto: range.proto, port: from, toPort: to };
}

// Parts by source are made by excluding alone: an exclusion holds for the whole query, whatever its alternatives and however its two
// sides are joined.
function bySources(part: QueryPart, sources: QuerySample['sources']): readonly QueryPart[] | null {
  const blocks = heavyBlocks(sources);
  if (blocks.length < 2) return null;
  return [
    ...blocks.map((block) => sourcePart(part, [...complement(block), EVERY_V6], `from ${block}`)),
    sourcePart(part, blocks, 'from elsewhere'),
  ];
}

const sourcePart = (part: QueryPart, without: readonly string[], name: string): QueryPart => ({
  ...part,
  name: named(part, name),
  query: {
    ...part.query,
    sources: {
      ...part.query.sources,
      exclude: [...part.query.sources.exclude, ...without.map((ipAddress) => ({ ipAddress }))],
    },
  },
});

const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const numberOf = (address: string): number => address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
const addressOf = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

interface Block {
  readonly start: number;
  readonly prefix: number;
  readonly members: readonly { readonly value: number; readonly rows: number }[];
  readonly rows: number;
}

const blockOf = (start: number, prefix: number, members: Block['members']): Block => ({
  start,
  prefix,
  members,
  rows: members.reduce((sum, { rows }) => sum + rows, 0),
});

/** The CIDR blocks the IPv4 sources lie in: the busiest is halved until there are enough; empty halves are left out. */
function heavyBlocks(sources: QuerySample['sources']): readonly string[] {
  const members = sources.filter(({ ip }) => IPV4.test(ip)).map(({ ip, rows }) => ({ value: numberOf(ip), rows }));
  if (members.length < 2) return [];
  let blocks = [blockOf(0, 0, members)];
  while (blocks.length < PARTS) {
    const [busiest, ...others] = blocks.toSorted((a, b) => b.rows - a.rows).toSorted(singlesLast);
    if (busiest === undefined || busiest.members.length < 2) break;
    blocks = [...others, ...halves(busiest)];
  }
  return blocks.map(({ start, prefix }) => `${addressOf(start)}/${prefix}`);
}

/** A block with one address cannot be divided usefully. */
const singlesLast = (a: Block, b: Block): number => Number(a.members.length < 2) - Number(b.members.length < 2);

function halves({ start, prefix, members }: Block): readonly Block[] {
  const middle = start + 2 ** (31 - prefix);
  const low = members.filter(({ value }) => value < middle);
  const high = members.filter(({ value }) => value >= middle);
  return [blockOf(start, prefix + 1, low), blockOf(middle, prefix + 1, high)].filter(({ rows }) => rows > 0);
}

/** Every IPv4 address outside of `block`, as one block for each bit of its prefix. */
function complement(block: string): readonly string[] {
  const [address = '', bits = '0'] = block.split('/');
  const value = numberOf(address);
  return Array.from({ length: Number(bits) }, (_, at) => {
    const size = 2 ** (31 - at);
    const start = Math.floor(value / size) * size;
    const sibling = Math.floor(value / size) % 2 === 0 ? start + size : start - size;
    return `${addressOf(sibling)}/${at + 1}`;
  });
}

function byTime(part: QueryPart): readonly QueryPart[] | null {
  const [start, end] = [Date.parse(part.query.start), Date.parse(part.query.end)];
  if (!(end - start > MIN_WINDOW_MS)) return null;
  const middle = Math.floor((start + end) / 2_000) * 1_000;
  const cut = (from: number, to: number): QueryPart => {
    const [first, last] = [from, to].map((ms) => new Date(ms).toISOString().replace('.000Z', 'Z'));
    const query = { ...part.query, start: first ?? part.query.start, end: last ?? part.query.end };
    return { ...part, name: named(part, `${query.start} to ${query.end}`), query, overlaps: true };
  };
  return [cut(start, middle), cut(middle + 1_000, end)];
}
