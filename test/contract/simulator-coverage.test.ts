import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { clientOf } from '../../src/simulator/testing/client.ts';
import { LABEL, tinyEstate, workloadId } from '../../src/simulator/testing/tiny-estate.ts';
import { draft, labelHref } from '../../src/simulator/testing/tiny-simulator.ts';

let simulator: Simulator;
let call: ReturnType<typeof clientOf>;
beforeAll(async () => {
  simulator = await createSimulator({ estate: tinyEstate(), rateLimit: 'off' });
  call = clientOf(simulator);
});
afterAll(() => simulator.close());

const workload = (n: number) => ({ workload: { href: `/orgs/1/workloads/${workloadId(n)}` } });
const tcp = (port: number) => ({ protocol: 6, port });
const cover = (edges: readonly object[], query = '') =>
  call('POST', `/orgs/1/sec_policy/draft/rule_coverage${query}`, { body: edges });

it('numbers the rules that cover each service of each edge', async () => {
  const database = { source: workload(1), destination: workload(2), services: [tcp(5432), tcp(443)] };
  const byLabels = {
    source: { labels: [{ href: labelHref(LABEL.web) }, { href: labelHref(LABEL.ordering) }] },
    destination: { labels: [{ href: labelHref(LABEL.db) }] },
    services: [tcp(5432)],
  };
  const back = { source: workload(2), destination: workload(1), services: [tcp(5432)] };
  const { status, json } = await cover([database, byLabels, back]);
  const rule = `${draft('rule_sets', 2)}/sec_rules/2`;
  expect([status, json]).toEqual([200, { rules: { 0: rule }, edges: [[['0'], []], [['0']], [[]]] }]);
});

it('tells deny rules apart when they are asked for', async () => {
  const ssh = { source: { ip_list: { href: draft('ip_lists', 2) } }, destination: workload(1), services: [tcp(22)] };
  const { json } = await cover([ssh], '?include_deny_rules=true');
  expect(json).toEqual({
    rules: {},
    edges: [[[]]],
    deny_rules: {},
    deny_edges: [[[]]],
    override_deny_rules: { 0: `${draft('rule_sets', 2)}/deny_rules/3` },
    override_deny_edges: [[['0']]],
  });
});

it('finds nothing for labels nobody has, and refuses ends that are none', async () => {
  const nobody = { source: { labels: [{ href: labelHref(LABEL.fra) }, { href: labelHref(LABEL.dev) }] } };
  expect((await cover([{ ...nobody, destination: workload(2), services: [tcp(5432)] }])).json).toEqual({
    rules: {},
    edges: [[[]]],
  });
  const ends = [{ virtual_service: { href: '/orgs/1/x' } }, { workload: { href: '/orgs/1/workloads/none' } }, {}];
  for (const source of ends)
    expect((await cover([{ source, destination: workload(2), services: [tcp(1)] }])).status).toBe(406);
  expect((await cover([{ source: workload(1), destination: workload(2), services: [{ proto: 6 }] }])).status).toBe(406);
});
