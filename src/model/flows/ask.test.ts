import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { questionsOf } from './ask.ts';
import { DIMENSIONS } from './dimensions.ts';
import type { Dimension, FlowFilter, FlowGroup, FlowTotals } from './question.ts';
import type { FlowRecord, RecordEndpoint } from './record.ts';
import { flowRecord } from './records.test-support.ts';
import { FlowTable } from './table.ts';

function tableOf(records: readonly FlowRecord[]): FlowTable {
  const table = new FlowTable();
  for (const record of records) table.append(record);
  table.seal();
  return table;
}

// The oracle: the questions again, naively, over the raw records.

type Value = string | null;
const text = (value: unknown): Value => (typeof value === 'string' && value !== '' ? value : null);
const json = (value: unknown): Value => JSON.stringify(value) ?? null;
const labels = (side: RecordEndpoint = {}): { key: string; value: string }[] =>
  (side.workload?.labels ?? []) as { key: string; value: string }[];
const lists = (side: RecordEndpoint = {}): string[] =>
  ((side.ip_lists ?? []) as { name: string }[]).map(({ name }) => name);
const display = (side: RecordEndpoint = {}): Value =>
  text(side.workload?.name) ?? text(side.workload?.hostname) ?? text(side.fqdn) ?? text(side.ip);
const labelOf = (side: RecordEndpoint | undefined, key: string): Value =>
  labels(side).find((label) => label.key === key)?.value ?? null;

const NAIVE: Readonly<Record<string, (record: FlowRecord) => Value>> = {
  source: ({ src }) => display(src),
  destination: ({ dst }) => display(dst),
  source_ip: ({ src }) => text(src?.ip),
  destination_workload: ({ dst }) => text(dst?.workload?.href),
  source_app: ({ src }) => labelOf(src, 'app'),
  destination_env: ({ dst }) => labelOf(dst, 'env'),
  ['source___proto__']: ({ src }) => labelOf(src, '__proto__'),
  source_nosuchlabel: () => null,
  destination_ip_list: ({ dst }) => text(lists(dst).join(', ')),
  ip_list: ({ src, dst }) => text(lists(dst).join(', ')) ?? text(lists(src).join(', ')),
  fqdn: ({ src, dst }) => text(dst?.fqdn) ?? text(src?.fqdn),
  destination_managed: ({ dst }) => json(dst?.workload?.managed),
  source_enforcement_mode: ({ src }) => text(src?.workload?.enforcement_mode),
  port: ({ service }) => json(service?.port),
  proto: ({ service }) => json(service?.proto),
  process: ({ service }) => text(service?.process_name),
  service_name: ({ service }) => text(service?.windows_service_name),
  user: ({ service }) => text(service?.user_name),
  policy: ({ policy_decision }) => text(policy_decision),
  draft_policy: ({ draft_policy_decision }) => text(draft_policy_decision),
  boundary: ({ boundary_decision }) => text(boundary_decision),
  direction: ({ flow_direction }) => text(flow_direction),
  state: ({ state }) => text(state),
  transmission: ({ transmission }) => text(transmission),
  client_type: ({ client_type }) => text(client_type),
  network: ({ network }) => (network === undefined ? null : 'Corporate'),
  rule: ({ rules }) => text((rules as { href: string }[] | undefined)?.map(({ href }) => href).join(', ')),
};

const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
const times = (records: readonly FlowRecord[], which: 'first_detected' | 'last_detected'): string[] =>
  records.flatMap(({ timestamp_range }) => text(timestamp_range?.[which]) ?? []).sort();
const sum = (records: readonly FlowRecord[], of: (record: FlowRecord) => unknown): number =>
  records.reduce((total, record) => total + number(of(record)), 0);
const sums = (records: readonly FlowRecord[]) => ({
  rows: records.length,
  connections: sum(records, (record) => record.num_connections),
  bytesIn: sum(records, (record) => record.dst_bi),
  bytesOut: sum(records, (record) => record.dst_bo),
  firstSeen: times(records, 'first_detected')[0] ?? null,
  lastSeen: times(records, 'last_detected').at(-1) ?? null,
});

function naiveTotals(records: readonly FlowRecord[]): FlowTotals {
  const node = (side: RecordEndpoint = {}): unknown => side.workload?.href ?? side.ip;
  const edge = ({ src, dst, service }: FlowRecord): string =>
    JSON.stringify([node(src), node(dst), service?.port ?? null, service?.proto ?? null]);
  const pair = ({ src, dst, service }: FlowRecord): string =>
    JSON.stringify([src?.ip, dst?.ip, service?.port ?? null, service?.proto ?? null]);
  const directed = (direction: string) => records.filter((record) => record.flow_direction === direction);
  const connectionsOf = (of: readonly FlowRecord[], key: string): number =>
    sum(
      of.filter((record) => pair(record) === key),
      (record) => record.num_connections,
    );
  const distinct = [...new Set(records.map(pair))].reduce(
    (total, key) => total + Math.max(connectionsOf(directed('inbound'), key), connectionsOf(directed('outbound'), key)),
    sum(
      records.filter((record) => record.flow_direction === undefined),
      (record) => record.num_connections,
    ),
  );
  const byDecision = Object.entries(Object.groupBy(records, (record) => String(record.policy_decision))).map(
    ([decision, rows = []]) =>
      [decision, { rows: rows.length, connections: sum(rows, (record) => record.num_connections) }] as const,
  );
  return {
    ...sums(records),
    distinctConnections: distinct,
    edges: new Set(records.map(edge)).size,
    byDecision: Object.fromEntries(byDecision),
  };
}

function naiveGroups(records: readonly FlowRecord[], by: readonly string[]): FlowGroup[] {
  const keyOf = (record: FlowRecord): Value[] => by.map((dimension) => NAIVE[dimension]?.(record) ?? null);
  const groups = Object.entries(Object.groupBy(records, (record) => JSON.stringify(keyOf(record))));
  return groups.map(([key, rows = []]) => ({ key: JSON.parse(key) as Value[], ...sums(rows) }));
}

const byKey = (groups: readonly FlowGroup[]): FlowGroup[] =>
  [...groups].sort((a, b) => (JSON.stringify(a.key) < JSON.stringify(b.key) ? -1 : 1));

const recordList = fc.array(flowRecord, { maxLength: 30 });
const dimensionList = fc.uniqueArray(fc.constantFrom(...Object.keys(NAIVE)), { maxLength: 5 });

describe('against a naive computation over the raw records', () => {
  test('totals are the same', () => {
    fc.assert(
      fc.property(recordList, (records) => {
        expect(questionsOf(tableOf(records)).totals()).toEqual(naiveTotals(records));
      }),
    );
  });

  test('groups by any dimensions are the same, none dropped for a missing key', () => {
    fc.assert(
      fc.property(recordList, dimensionList, (records, by) => {
        const { groups, groupCount } = questionsOf(tableOf(records)).ask({ by: by as Dimension[], limit: 1000 });
        expect(byKey(groups)).toEqual(byKey(naiveGroups(records, by)));
        expect(groupCount).toBe(groups.length);
      }),
      { numRuns: 300 },
    );
  });

  test('filters keep the same rows, and totals are of those', () => {
    const filter = fc.record({
      dimension: fc.constantFrom(...Object.keys(NAIVE)),
      pick: fc.nat(),
      negate: fc.boolean(),
    });
    fc.assert(
      fc.property(recordList, fc.array(filter, { maxLength: 3 }), (records, picks) => {
        const chosen = picks.map(({ dimension, pick, negate }) => {
          const values = [...new Set(records.map((record) => NAIVE[dimension]?.(record) ?? null)), 'nothing has this'];
          return { dimension, values: [values[pick % values.length] ?? null, values[0] ?? null], negate };
        });
        // Membership in one of several lists has a test of its own.
        const single = chosen.filter(({ dimension }) => !dimension.endsWith('ip_list'));
        const kept = records.filter((record) =>
          single.every(
            ({ dimension, values, negate }) => values.includes(NAIVE[dimension]?.(record) ?? null) !== negate,
          ),
        );
        const where = single.map(
          ({ dimension, values, negate }): FlowFilter => ({
            dimension: dimension as Dimension,
            ...(negate ? { notIn: values } : { in: values }),
          }),
        );
        const { totals } = questionsOf(tableOf(records)).ask({ by: [], where, limit: 1 });
        expect(totals).toEqual(naiveTotals(kept));
      }),
      { numRuns: 300 },
    );
  });

  test('the first k of any order are the k largest, equal ones by key', () => {
    const value = {
      connections: (group: FlowGroup) => group.connections,
      rows: (group: FlowGroup) => group.rows,
      bytes: (group: FlowGroup) => group.bytesIn + group.bytesOut,
      last_seen: (group: FlowGroup) => Date.parse(group.lastSeen ?? '1970-01-01'),
    };
    const order = fc.constantFrom('connections', 'rows', 'bytes', 'last_seen');
    fc.assert(
      fc.property(recordList, order, fc.nat({ max: 12 }), (records, sort, limit) => {
        const compare = (a: FlowGroup, b: FlowGroup): number =>
          value[sort](b) - value[sort](a) || ((a.key[0] ?? '') < (b.key[0] ?? '') ? -1 : 1);
        const expected = naiveGroups(records, ['source']).sort(compare).slice(0, limit);
        const answer = questionsOf(tableOf(records)).ask({ by: ['source'], limit, sort });
        expect(answer.groups).toEqual(expected);
        expect(answer.totals.rows).toBe(records.length);
      }),
    );
  });
});

const flow = (over: FlowRecord): FlowRecord => ({
  src: { ip: '10.0.0.1' },
  dst: { ip: '10.0.0.2' },
  service: { port: 443, proto: 6 },
  num_connections: 5,
  policy_decision: 'allowed',
  ...over,
});

test('a connection that both VENs report counts once; different reports of one side add up', () => {
  const totals = questionsOf(
    tableOf([
      flow({ flow_direction: 'inbound' }),
      flow({ flow_direction: 'outbound', num_connections: 4, policy_decision: 'potentially_blocked' }),
      flow({ flow_direction: 'inbound', service: { port: 443, proto: 6, process_name: 'nginx' }, num_connections: 2 }),
      flow({ flow_direction: 'outbound', service: { port: 22, proto: 6 }, num_connections: 3 }),
    ]),
  ).totals();
  expect(totals).toMatchObject({ rows: 4, connections: 14, distinctConnections: 10, edges: 2 });
});

test('a filter on IP lists matches rows where one of several lists fits', () => {
  const dst = { ip: '8.8.8.8', ip_lists: [{ name: 'Any' }, { name: 'Google' }] };
  const questions = questionsOf(tableOf([flow({ dst }), flow({})]));
  const rowsWith = (filter: Omit<FlowFilter, 'dimension'>): number =>
    questions.ask({ by: [], where: [{ dimension: 'destination_ip_list', ...filter }], limit: 1 }).totals.rows;
  expect(rowsWith({ in: ['Google'] })).toBe(1);
  expect(rowsWith({ in: ['Any, Google'] })).toBe(0);
  expect(rowsWith({ notIn: ['Any'] })).toBe(1);
  expect(rowsWith({ in: [null] })).toBe(1);
});

test('the same address with other labels is another endpoint, and the first comes back unchanged', () => {
  const side = (value: string): RecordEndpoint => ({
    ip: '10.0.0.9',
    workload: { href: '/orgs/1/workloads/a', labels: [{ href: `/orgs/1/labels/${value}`, key: 'app', value }] },
  });
  const table = tableOf([side('A'), side('B'), side('A'), side('C'), side('B')].map((src) => flow({ src })));
  expect(table.endpoints).toHaveLength(4);
  const { groups } = questionsOf(table).ask({ by: ['source_app'], limit: 9, sort: 'rows' });
  expect(groups.map(({ key, rows }) => [key[0], rows])).toEqual([
    ['A', 2],
    ['B', 2],
    ['C', 1],
  ]);
});

test('members of the wrong type count as absent, the row never', () => {
  const hostile = JSON.parse(
    '[{"src":5,"dst":{"ip":7,"workload":"x","ip_lists":{"a":1}},"service":[],"num_connections":"many","policy_decision":9},{}, {"src":null,"dst":{"ip":null,"workload":null,"ip_lists":null}}]',
  ) as FlowRecord[];
  const { groups, totals } = questionsOf(tableOf([...hostile, ...hostile])).ask({ by: ['source', 'policy'], limit: 5 });
  expect(groups).toHaveLength(1);
  expect(groups[0]).toMatchObject({ key: [null, null], rows: 6, connections: 0 });
  expect(totals.byDecision).toEqual({ '(none)': { rows: 6, connections: 0 } });
});

test('an unknown dimension is refused with the names there are; each of those works', () => {
  const questions = questionsOf(tableOf([flow({})]));
  expect(() => questions.ask({ by: ['prot' as Dimension], limit: 1 })).toThrow(
    expect.objectContaining({ code: 'unknown_group_by', data: expect.objectContaining({ dimensions: DIMENSIONS }) }),
  );
  expect(DIMENSIONS.length).toBeGreaterThan(30);
  for (const dimension of DIMENSIONS)
    expect(questions.ask({ by: [dimension as Dimension], limit: 1 }).groupCount).toBe(1);
});

test('a table of more than one segment counts every row', () => {
  const records = Array.from({ length: 40_000 }, (_, i) =>
    flow({ src: { ip: `10.1.${i % 250}.${i % 7}` }, num_connections: i % 5 }),
  );
  const { groups, groupCount, totals } = questionsOf(tableOf(records)).ask({ by: ['source_ip'], limit: 2000 });
  expect(groupCount).toBe(1750);
  expect(groups.reduce((total, group) => total + group.rows, 0)).toBe(40_000);
  expect(totals).toEqual({ ...naiveTotals([]), ...totals, rows: 40_000, connections: 80_000 });
});
