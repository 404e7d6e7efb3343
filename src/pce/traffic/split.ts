import type { PolicyDecision, TrafficQuery, TrafficService } from './query.ts';

/** A query that is one of several with nothing in common, and which one it is, for people. */
export interface QueryPart {
  readonly query: TrafficQuery;
  readonly name: string;
  /** Flows that lasted over a cut stand in the part before it and in the one after it. */
  readonly overlaps: boolean;
  readonly cut: Cut;
}

/** What the part is already narrowed to. */
interface Cut {
  readonly ports: Ports;
  /** IPv4 blocks of sources still open to a cut; null: IPv6 and whatever else is left. */
  readonly sources: string | null | undefined;
}

/** `from` to `to` of a protocol; `rest`: with whatever has no port. */
type Ports =
  | { readonly kind: 'all' }
  | { readonly kind: 'other' }
  | {
      readonly kind: 'range';
      readonly proto: number;
      readonly from: number;
      readonly to: number;
      readonly rest: boolean;
    };

const DECISIONS: readonly PolicyDecision[] = ['allowed', 'potentially_blocked', 'blocked', 'unknown'];
const TCP = 6;
const UDP = 17;
const MAX_PORT = 65_535;
const EVERY_V6 = '::/0';
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
/** Below this, a flow is more likely to lie on a cut than between two. */
const MIN_WINDOW_MS = 2 * 3_600_000;
const MAX_PREFIX = 28;

export const wholeQuery = (query: TrafficQuery): QueryPart => ({
  query,
  name: '',
  overlaps: false,
  cut: { ports: { kind: 'all' }, sources: undefined },
});

/**
 * `part` in parts whose rows make up its rows, by the first filter that can still divide it: decision, protocol and ports, source
 * addresses, and last by time. All but the last are disjoint: each part takes what it is about and the last excludes exactly that.
 * Null where nothing is left to divide by.
 */
export function splitQuery(part: QueryPart): readonly QueryPart[] | null {
  return byDecision(part) ?? byPorts(part) ?? bySources(part) ?? byTime(part);
}

const named = (part: QueryPart, name: string): string => (part.name === '' ? name : `${part.name}, ${name}`);

function byDecision(part: QueryPart): readonly QueryPart[] | null {
  const decisions = part.query.decisions.length === 0 ? DECISIONS : part.query.decisions;
  if (decisions.length === 1) return null;
  return decisions.map((decision) => ({
    ...part,
    name: named(part, decision),
    query: { ...part.query, decisions: [decision] },
  }));
}

function byPorts(part: QueryPart): readonly QueryPart[] | null {
  const { ports } = part.cut;
  if (ports.kind === 'all')
    return [
      ...[TCP, UDP].map((proto) => rangePart(part, { kind: 'range', proto, from: 0, to: MAX_PORT, rest: true })),
      otherPart(part),
    ].flatMap((each) => each ?? []);
  if (ports.kind === 'other' || ports.from === ports.to) return null;
  const { from, to } = ports;
  const middle = middleOf(from, to);
  return [
    rangePart(part, { ...ports, to: middle, rest: false }),
    rangePart(part, { ...ports, from: middle + 1 }),
  ].flatMap((each) => each ?? []);
}

/** The cuts that tell the system ports, the registered and the dynamic ones apart come first. */
function middleOf(from: number, to: number): number {
  const border = [1_023, 49_151].find((port) => from <= port && port < to && to - from > 20_000);
  return border ?? Math.floor((from + to) / 2);
}

function rangePart(part: QueryPart, ports: Extract<Ports, { kind: 'range' }>): QueryPart | null {
  const { services } = part.query;
  const { proto, from, to, rest } = ports;
  // The last range takes what is left of the protocol, ports or not: it says only what it is not.
  const box: TrafficService = rest ? { proto } : { proto, port: from, toPort: to };
  const include =
    services.include.length === 0 ? [box] : services.include.flatMap((entry) => narrowed(entry, box) ?? []);
  if (include.length === 0) return null;
  const exclude = rest && from > 0 ? [{ proto, port: 0, toPort: from - 1 }] : [];
  return {
    ...part,
    name: named(part, `${from === 0 && to === MAX_PORT ? '' : `${from}-${to}/`}${proto === TCP ? 'tcp' : 'udp'}`),
    query: { ...part.query, services: { include, exclude: [...services.exclude, ...exclude] } },
    cut: { ...part.cut, ports },
  };
}

/** What both say, or null where that is nothing. */
function narrowed(entry: TrafficService, box: TrafficService): TrafficService | null {
  if (entry.proto !== undefined && entry.proto !== box.proto) return null;
  if (entry.port === undefined) return { ...entry, ...box };
  const [low, high] = [entry.port, entry.toPort ?? entry.port];
  const from = Math.max(low, box.port ?? 0);
  const to = Math.min(high, box.toPort ?? box.port ?? MAX_PORT);
  if (from > to) return null;
  return { ...entry, proto: box.proto, port: from, toPort: to > from ? to : undefined };
}

function otherPart(part: QueryPart): QueryPart | null {
  const { services } = part.query;
  const include = services.include.filter(({ proto }) => proto !== TCP && proto !== UDP);
  if (services.include.length > 0 && include.length === 0) return null;
  return {
    ...part,
    name: named(part, 'other protocols'),
    query: { ...part.query, services: { include, exclude: [...services.exclude, { proto: TCP }, { proto: UDP }] } },
    cut: { ...part.cut, ports: { kind: 'other' } },
  };
}

// Parts by source are made by excluding alone: an exclusion holds for the whole query, whatever its alternatives and however its two
// sides are joined.
function bySources(part: QueryPart): readonly QueryPart[] | null {
  const { sources } = part.cut;
  if (sources === null) return null;
  if (sources === undefined)
    return [
      ...PRIVATE.map((block) => sourcePart(part, block, [...complement(block), EVERY_V6], `from ${block}`)),
      ...['0.0.0.0/1', '128.0.0.0/1'].map((half) =>
        sourcePart(part, half, [...complement(half), EVERY_V6, ...PRIVATE], `from ${half} but private`),
      ),
      sourcePart(part, null, ['0.0.0.0/0'], 'from IPv6'),
    ];
  const halves = halvesOf(sources);
  if (halves === null) return null;
  const [low, high] = halves;
  return [sourcePart(part, low, [high], `from ${low}`), sourcePart(part, high, [low], `from ${high}`)];
}

const sourcePart = (part: QueryPart, block: string | null, without: readonly string[], name: string): QueryPart => ({
  ...part,
  name: named(part, name),
  query: {
    ...part.query,
    sources: {
      ...part.query.sources,
      exclude: [...part.query.sources.exclude, ...without.map((ipAddress) => ({ ipAddress }))],
    },
  },
  cut: { ...part.cut, sources: block },
});

const numberOf = (address: string): number => address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
const addressOf = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

function halvesOf(block: string): readonly [string, string] | null {
  const [address = '', bits = '0'] = block.split('/');
  const prefix = Number(bits) + 1;
  if (prefix > MAX_PREFIX) return null;
  return [`${address}/${prefix}`, `${addressOf(numberOf(address) + 2 ** (32 - prefix))}/${prefix}`];
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
