import { afterAll, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../server.ts';
import { clientOf } from '../testing/client.ts';
import { tinyEstate, workloadId } from '../testing/tiny-estate.ts';

const started: Simulator[] = [];
afterAll(() => Promise.all(started.map((simulator) => simulator.close())));

async function clusterOf(cluster: 'standalone' | 'leader' | 'member') {
  const simulator = await startSimulator({ estate: tinyEstate(), rateLimit: 'off', cluster });
  started.push(simulator);
  return clientOf(simulator);
}

describe('a PCE', () => {
  it.each([
    ['standalone', 200, ['standalone']],
    ['leader', 200, ['leader', 'member']],
    ['member', 404, ['member', 'leader']],
  ] as const)('%s says what it is, without credentials, and knows the others', async (cluster, status, types) => {
    const call = await clusterOf(cluster);
    expect((await call('GET', '/supercluster/leader', { key: null })).status).toBe(status);
    const health = (await call('GET', '/health')).json as {
      readonly type: string;
      readonly network: { readonly replication: readonly { readonly type: string }[] };
    }[];
    expect(health.map(({ type }) => type)).toEqual(types);
    const between = health.flatMap(({ network }) => network.replication.filter(({ type }) => type === 'intercluster'));
    expect(between).toHaveLength(cluster === 'standalone' ? 0 : 2);
  });

  it('that is a member takes no policy, and everything else', async () => {
    const call = await clusterOf('member');
    const label = await call('POST', '/orgs/1/labels', { body: { key: 'env', value: 'X' } });
    expect([label.status, (label.json as { readonly token: string }[])[0]?.token]).toEqual([
      406,
      'simulator_member_read_only',
    ]);
    expect((await call('POST', '/orgs/1/sec_policy', { body: {} })).status).toBe(406);
    expect((await call('GET', '/orgs/1/sec_policy/active/rule_sets')).status).toBe(200);
    const workload = `/orgs/1/workloads/${workloadId(1)}`;
    expect((await call('PUT', workload, { body: { description: 'here' } })).status).toBe(204);
  });
});
