import { afterAll, beforeAll, expect, test } from 'vitest';
import { naiveMatch } from '../../../src/simulator/control/naive-count.ts';
import { asking, type Body, type FlowRecord, type Pce, startPce } from './harness.ts';

/** The same agreement as in the filter tests, on the traffic the demo estate really has. */
let pce: Pce;
let all: readonly FlowRecord[];
beforeAll(async () => {
  pce = await startPce({ own: true, profile: 'mid' });
  all = await pce.rows(asking());
});
afterAll(() => pce.close());

const labelOf = (key: string, value: string) => {
  const label = pce.world.estate.labels.find((candidate) => candidate.key === key && candidate.value === value);
  return { label: { href: `/orgs/1/labels/${label?.id}` } };
};

test('all four decisions, both directions, and a row for each end of a managed pair', () => {
  expect(new Set(all.map((row) => row.policy_decision))).toEqual(
    new Set(['allowed', 'potentially_blocked', 'blocked', 'unknown']),
  );
  const pair = ({ src, dst, service }: FlowRecord) => `${src.ip} ${dst.ip} ${service.port} ${service.proto}`;
  const managed = all.filter(({ src, dst }) => src.workload?.managed && dst.workload?.managed);
  const inbound = new Set(managed.filter((row) => row.flow_direction === 'inbound').map(pair));
  const outbound = managed.filter((row) => row.flow_direction === 'outbound').map(pair);
  expect(outbound.filter((key) => inbound.has(key)).length).toBeGreaterThan(outbound.length / 2);
});

test('filters return what a filter over the whole download keeps', async () => {
  const any = { include: [], exclude: [] };
  const bodies: readonly Body[] = [
    asking({ destinations: { include: [[labelOf('env', 'prod')]], exclude: [{ transmission: 'broadcast' }] } }),
    asking({
      sources: { include: [[labelOf('env', 'prod')]], exclude: [] },
      destinations: { include: [[labelOf('env', 'prod')]], exclude: [] },
      sources_destinations_query_op: 'or',
    }),
    asking({
      destinations: { include: [[{ ip_list: { href: '/orgs/1/sec_policy/active/ip_lists/1' } }]], exclude: [] },
    }),
    asking({ sources: any, services: { include: [{ port: 443, proto: 6 }], exclude: [] } }),
    asking({ policy_decisions: ['blocked'], sources: { include: [[{ ip_address: '10.0.0.0/8' }]], exclude: [] } }),
  ];
  for (const body of bodies) {
    const rows = await pce.rows(body);
    expect(rows).toEqual(all.filter((record) => naiveMatch(record, body, pce.world)));
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThan(all.length);
  }
});
