import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { naiveMatch } from '../../../src/simulator/control/naive-count.ts';
import { asking, type Body, type FlowRecord, type Pce, startPce } from './harness.ts';

let pce: Pce;
let all: readonly FlowRecord[];

beforeAll(async () => {
  pce = await startPce();
  all = await pce.rows(asking());
});
afterAll(() => pce.close());

const side = (include: readonly (readonly unknown[])[], exclude: readonly unknown[] = []) => ({ include, exclude });
const label = (href: string) => ({ label: { href } });

/** The labels of a key, those on most rows first, so that filters have something to find. */
function labelsOf(key: string): readonly string[] {
  const counts = new Map<string, number>();
  for (const { src, dst } of all) {
    for (const { workload } of [src, dst]) {
      const href = workload?.labels.find((candidate) => candidate.key === key)?.href;
      if (href !== undefined) counts.set(href, (counts.get(href) ?? 0) + 1);
    }
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([href]) => href);
}

/** Asserts that a query returns exactly the rows that a filter over the whole download keeps, and that the case is not trivial. */
async function same(body: Body, { trivial = false } = {}): Promise<readonly FlowRecord[]> {
  const rows = await pce.rows(body);
  const expected = all.filter((record) => naiveMatch(record, body, pce.world));
  expect(rows).toEqual(expected);
  if (!trivial) {
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThan(all.length);
  }
  expect(await pce.control('POST', '/traffic/count', body)).toEqual({
    rows: expected.length,
    connections: expected.reduce((sum, row) => sum + row.num_connections, 0),
  });
  return rows;
}

test('a label, on either side', async () => {
  const [app = ''] = labelsOf('app');
  await same(asking({ sources: side([[label(app)]]) }));
  await same(asking({ destinations: side([[label(app)]]) }));
});

test('outer entries are alternatives, inner entries must all hold', async () => {
  const [a = '', b = ''] = labelsOf('app');
  const [env = ''] = labelsOf('env');
  const one = await same(asking({ destinations: side([[label(a)]]) }));
  const other = await same(asking({ destinations: side([[label(b)]]) }));
  const either = await same(asking({ destinations: side([[label(a)], [label(b)]]) }));
  expect(either).toHaveLength(one.length + other.length);
  // Measured: nothing carries two labels of one key (traffic.md §2.5).
  expect(await same(asking({ destinations: side([[label(a), label(b)]]) }), { trivial: true })).toHaveLength(0);
  await same(
    asking({
      destinations: side([
        [label(a), label(env)],
        [label(b), label(env)],
      ]),
    }),
  );
});

test('[] and [[]] are any', async () => {
  const rows = await pce.rows(asking({ sources: side([[]]), destinations: side([[]]) }));
  expect(rows).toEqual(all);
});

test('workloads, all managed workloads, and what is excluded', async () => {
  const href = all.find(({ dst }) => dst.workload)?.dst.workload?.href ?? '';
  await same(asking({ destinations: side([[{ workload: { href } }]]) }));
  await same(asking({ sources: side([[{ actors: 'ams' }]]) }));
  await same(asking({ sources: side([], [{ actors: 'ams' }]) }));
  const [env = ''] = labelsOf('env');
  await same(
    asking({ sources: side([[{ actors: 'ams' }]], [label(env)]), destinations: side([], [{ workload: { href } }]) }),
  );
});

test('addresses and blocks, as strings and as the objects Go clients send', async () => {
  const ip = all.find(({ dst }) => dst.workload)?.dst.ip ?? '';
  await same(asking({ destinations: side([[{ ip_address: ip }]]) }));
  await same(asking({ destinations: side([[{ ip_address: '140.82.0.0/16' }], [{ ip_address: 'fe80::/10' }]]) }));
  await same(asking({ sources: side([], [{ ip_address: { value: '203.0.113.0/24' } }]) }));
});

test('IP lists with and without the workloads in them', async () => {
  const made = await pce.json<{ readonly href: string }>('POST', '/orgs/1/sec_policy/draft/ip_lists', {
    body: {
      name: 'Filter test',
      ip_ranges: [
        { from_ip: '10.0.0.0/8' },
        { from_ip: '140.82.0.0', to_ip: '140.82.100.255' },
        { from_ip: '10.255.0.0/16', exclusion: true },
      ],
      fqdns: [{ fqdn: '*.example.com' }],
    },
  });
  const list = { ip_list: { href: made.href } };
  const outside = await same(asking({ destinations: side([[list]]) }));
  expect(outside.every(({ dst }) => dst.workload === undefined)).toBe(true);
  const inside = await same(asking({ destinations: side([[list]]), exclude_workloads_from_ip_list_query: false }));
  expect(inside.some(({ dst }) => dst.workload !== undefined)).toBe(true);
  const rest = await same(asking({ destinations: side([], [list]) }));
  expect(rest.length + inside.length).toBe(all.length);
});

test('label groups, nested ones too', async () => {
  const [a = '', b = ''] = labelsOf('app');
  const group = async (name: string, members: object) =>
    await pce.json<{ readonly href: string }>('POST', '/orgs/1/sec_policy/draft/label_groups', {
      body: { name, key: 'app', ...members },
    });
  const inner = await group('Filter test inner', { labels: [{ href: b }] });
  const outer = await group('Filter test outer', { labels: [{ href: a }], sub_groups: [{ href: inner.href }] });
  const rows = await same(asking({ sources: side([[{ label_group: { href: outer.href } }]]) }));
  expect(rows).toEqual(await pce.rows(asking({ sources: side([[label(a)], [label(b)]]) })));
  await same(asking({ sources: side([], [{ label_group: { href: outer.href } }]) }));
});

test('transmission and names are excluded from destinations', async () => {
  await same(asking({ destinations: side([], [{ transmission: 'broadcast' }, { transmission: 'multicast' }]) }));
  await same(asking({ destinations: side([], [{ transmission: 'unicast' }]) }));
  await same(asking({ destinations: side([], [{ fqdn: 'host1.example.com' }]) }));
  await same(asking({ destinations: side([[{ fqdn: '*.example.com' }]]) }));
  // An asterisk is exactly one level.
  expect(await same(asking({ destinations: side([[{ fqdn: '*.com' }]]) }), { trivial: true })).toHaveLength(0);
});

describe('services', () => {
  const service = (include: readonly Body[], exclude: readonly Body[] = []) =>
    asking({ services: { include, exclude } });

  test('ports, ranges and protocols', async () => {
    await same(service([{ port: 5432, proto: 6 }]));
    await same(
      service([
        { port: 30_000, to_port: 32_767, proto: 6 },
        { port: 53, proto: 17 },
      ]),
    );
    // Without a protocol a port means any.
    await same(service([{ port: 8080 }]));
    await same(service([{ proto: 1 }]));
    await same(service([], [{ port: 0, to_port: 1023 }]));
  });

  test('processes and Windows services', async () => {
    await same(service([{ process_name: '/usr/sbin/sshd' }]));
    await same(service([{ windows_service_name: 'TermService' }]));
    await same(service([{ process_name: 'C:\\Windows\\System32\\svchost.exe', port: 443 }]));
    await same(service([], [{ process_name: '/usr/bin/curl' }]));
  });
});

test('decisions and boundary decisions', async () => {
  const words = [...new Set(all.map((row) => row.policy_decision))];
  expect(words.length).toBeGreaterThan(2);
  for (const word of words) await same(asking({ policy_decisions: [word] }));
  await same(asking({ boundary_decisions: ['blocked_non_illumio_rule'] }));
  await same(asking({ boundary_decisions: ['override_deny_rule'] }), { trivial: true });
});

test('data sources', async () => {
  await same(asking({ data_sources: { include: ['flowlink'] } }));
  await same(asking({ data_sources: { exclude: ['flowlink'] } }));
  expect(await same(asking({ data_sources: { include: ['scanner'], exclude: [] } }), { trivial: true })).toHaveLength(
    0,
  );
});

test('`or` is either side, excludes of both still hold', async () => {
  const [app = ''] = labelsOf('app');
  const both = { sources: side([[label(app)]]), destinations: side([[label(app)]], [{ transmission: 'multicast' }]) };
  const and = await same(asking({ ...both, sources_destinations_query_op: 'and' }), { trivial: true });
  const or = await same(asking({ ...both, sources_destinations_query_op: 'or' }));
  expect(or.length).toBeGreaterThan(and.length);
});

test('max_results cuts, and the count says how many there are', async () => {
  expect(await pce.rows(asking({ max_results: 10 }))).toEqual(all.slice(0, 10));
  expect(await pce.rows(asking({ max_results: 0 }))).toEqual([]);
  const { rows } = await pce.control<{ readonly rows: number }>('POST', '/traffic/count', asking({ max_results: 10 }));
  expect(rows).toBe(all.length);
});

test('a scoped user sees the flows of the workloads in scope', async () => {
  const seen = await pce.rows(asking(), { as: 'scoped' });
  const scope = (pce.world.keys.seeded.scoped.grants?.[0]?.scope ?? []).map((id) => `/orgs/1/labels/${id}`);
  const keys = new Set(scope.map((href) => pce.world.label(Number(href.split('/').at(-1)))?.key));
  const within = ({ workload }: FlowRecord['src']): boolean =>
    workload !== undefined &&
    [...keys].every((key) =>
      workload.labels.some((candidate) => candidate.key === key && scope.includes(candidate.href)),
    );
  expect(seen).toEqual(all.filter(({ src, dst }) => within(src) || within(dst)));
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.length).toBeLessThan(all.length);
});
