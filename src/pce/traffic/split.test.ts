import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { naiveMatch } from '../../simulator/control/naive-count.ts';
import { trafficBody } from './body.ts';
import type { TrafficQuery } from './query.ts';
import { type QueryPart, type QuerySample, splitByDecision, splitBySample, wholeQuery } from './split.ts';

// The oracle is the simulator's second reading of traffic.md §2.5, which filters finished records one by one.

const ip = fc.constantFrom(
  '10.0.0.1',
  '10.200.1.2',
  '172.16.3.4',
  '192.168.0.9',
  '8.8.8.8',
  '200.1.2.3',
  '2001:db8::1',
  '0.0.0.0',
  '255.255.255.255',
);
const record = fc.record({
  src: fc.record({ ip }),
  dst: fc.record({ ip }),
  // Flows of protocols with ports have one (traffic.md §4.1).
  service: fc.oneof(
    fc.record(
      {
        port: fc.constantFrom(0, 22, 443, 1_023, 1_024, 30_000, 49_151, 49_152, 65_535),
        proto: fc.constantFrom(6, 17),
        process_name: fc.constantFrom('a', 'b'),
      },
      { requiredKeys: ['proto', 'port'] },
    ),
    fc.record({ port: fc.constant(0), proto: fc.constantFrom(1, 47) }),
  ),
  policy_decision: fc.constantFrom('allowed', 'potentially_blocked', 'blocked', 'unknown'),
  second: fc.integer({ min: 0, max: 30 * 86_400 }),
});

const port = fc.constantFrom(22, 443, 1_024, 30_000);
const service = fc
  .record(
    { proto: fc.constantFrom(6, 17, 1), port, toPort: fc.constantFrom(443, 40_000), processName: fc.constantFrom('a') },
    { requiredKeys: [] },
  )
  .map(({ port: from, toPort, ...rest }) => ({
    ...rest,
    ...(from === undefined ? {} : { port: from, ...(toPort !== undefined && toPort > from ? { toPort } : {}) }),
  }));
const actor = fc.constantFrom({ ipAddress: '10.0.0.0/8' }, { ipAddress: '8.8.8.8' }, { ipAddress: '0.0.0.0/0' });
const side = fc.record({
  include: fc.array(fc.array(actor, { minLength: 1, maxLength: 2 }), { maxLength: 2 }),
  exclude: fc.array(actor, { maxLength: 1 }),
});

const START = Date.parse('2025-05-01T00:00:00Z');
const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

const query: fc.Arbitrary<TrafficQuery> = fc.record({
  name: fc.constant('q'),
  start: fc.constant(iso(START)),
  end: fc.constant(iso(START + 30 * 86_400_000)),
  sources: side,
  destinations: side,
  services: fc.record({
    include: fc.array(service, { maxLength: 3 }),
    exclude: fc.array(
      service.filter((each) => Object.keys(each).length > 0),
      { maxLength: 1 },
    ),
  }),
  sourcesOrDestinations: fc.boolean(),
  decisions: fc.constantFrom([], ['blocked'], ['allowed', 'unknown']),
  excludeWorkloadsFromIpListQuery: fc.constant(true),
  maxResults: fc.constant(200_000),
});

type Row = typeof record extends fc.Arbitrary<infer T> ? T : never;
const world = { object: () => undefined };

/** A row happened at one second, so that it lies in one window only. */
function holds(asked: TrafficQuery, row: Row): boolean {
  const at = START + row.second * 1_000;
  return Date.parse(asked.start) <= at && at <= Date.parse(asked.end) && naiveMatch(row, trafficBody(asked), world);
}

/** The first rows that a query sends, as the planner sees them. */
function sampleOf(rows: readonly Row[]): QuerySample {
  const count = <T>(values: readonly T[], key: (value: T) => string) =>
    [...Map.groupBy(values, key)].map(([, same]) => ({ first: same[0] as T, rows: same.length }));
  return {
    ports: count(
      rows.filter(({ service: { proto } }) => proto === 6 || proto === 17),
      ({ service: { proto, port: p } }) => `${proto} ${p}`,
    ).map(({ first, rows: n }) => ({ proto: first.service.proto, port: first.service.port, rows: n })),
    sources: count(rows, ({ src }) => src.ip).map(({ first, rows: n }) => ({ ip: first.src.ip, rows: n })),
  };
}

const split = (part: QueryPart, rows: readonly Row[]) => splitByDecision(part) ?? splitBySample(part, sampleOf(rows));

test('every row of a query is a row of exactly one part, and every row of a part is one of the query, down to the last part', () => {
  fc.assert(
    fc.property(
      query,
      fc.array(record, { minLength: 1, maxLength: 20 }),
      fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
      (asked, rows, path) => {
        let part: QueryPart = wholeQuery(asked);
        for (const step of path) {
          const here = part;
          const parts = split(part, rows.filter((row) => holds(here.query, row)).slice(0, 8));
          if (parts === null) return;
          for (const row of rows) {
            const homes = parts.filter((each) => holds(each.query, row));
            expect(homes.map(({ name }) => name)).toHaveLength(holds(part.query, row) ? 1 : 0);
          }
          part = parts[step % parts.length] ?? part;
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('what the sample shows is divided about equally, until one port and one source are left, and then by time', () => {
  const any = { include: [], exclude: [] };
  const asked = {
    ...wholeQuery({
      name: 'q',
      start: iso(START),
      end: iso(START + 86_400_000),
      sources: any,
      destinations: any,
      services: any,
      sourcesOrDestinations: false,
      decisions: ['allowed'],
      excludeWorkloadsFromIpListQuery: true,
      maxResults: 200_000,
    }),
  };
  const names = (sample: QuerySample) => splitBySample(asked, sample)?.map(({ name }) => name);
  const sources = [{ ip: '10.1.1.1', rows: 5 }];
  expect(
    names({
      sources,
      ports: [
        { proto: 6, port: 443, rows: 900 },
        { proto: 6, port: 22, rows: 50 },
        { proto: 17, port: 53, rows: 50 },
      ],
    }),
  ).toEqual([
    'ports 0-442 of protocol 6',
    'ports 443-65535 of protocol 6',
    'ports 0-65535 of protocol 17',
    'other services',
  ]);
  const one = [{ proto: 6, port: 443, rows: 10 }];
  expect(
    names({ ports: one, sources: [...sources, { ip: '10.200.1.1', rows: 5 }, { ip: '2001:db8::1', rows: 9 }] }),
  ).toEqual(['from 10.0.0.0/9', 'from 10.128.0.0/9', 'from elsewhere']);
  const parts = splitBySample(asked, { ports: one, sources });
  expect(parts?.map(({ name }) => name)).toEqual([
    '2025-05-01T00:00:00Z to 2025-05-01T12:00:00Z',
    '2025-05-01T12:00:01Z to 2025-05-02T00:00:00Z',
  ]);
  expect(parts?.every(({ overlaps }) => overlaps)).toBe(true);
  const [first = asked] = parts ?? [];
  const hour = { ...first, query: { ...first.query, end: iso(START + 3_600_000) } };
  expect(splitBySample(hour, { ports: one, sources })).toBeNull();
});
