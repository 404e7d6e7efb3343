import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildEstate } from '../estates/index.ts';
import { type Simulator, startSimulator } from '../server.ts';
import { clientOf } from '../testing/client.ts';

let simulator: Simulator;
let call: ReturnType<typeof clientOf>;
beforeAll(async () => {
  const estate = buildEstate({ profile: 'small', seed: 5, nowMs: Date.parse('2026-03-31T09:00:00Z') });
  simulator = await startSimulator({ estate, rateLimit: 'off' });
  call = clientOf(simulator);
});
afterAll(() => simulator.close());

interface Summary {
  readonly nodes: readonly {
    readonly href: string;
    readonly label_ids: readonly number[];
    readonly num_workloads: number;
    readonly mode: readonly number[];
    readonly visibility_level: readonly number[];
  }[];
  readonly labels: Readonly<Record<string, { readonly label: { readonly key: string; readonly value: string } }>>;
  readonly mode_key: readonly string[];
}
interface Workload {
  readonly managed: boolean;
  readonly enforcement_mode: string;
  readonly labels: readonly { readonly key: string; readonly value: string }[];
}

it('groups workloads by application, environment and location, as a recount of them does', async () => {
  const { nodes, labels, mode_key } = (await call('GET', '/orgs/1/app_group_summary')).json as Summary;
  const workloads = (await call('GET', '/orgs/1/workloads?max_results=10000')).json as Workload[];
  const named = (own: Workload) =>
    ['app', 'env', 'loc'].map((key) => own.labels.find((label) => label.key === key)?.value ?? '').join('/');
  const wanted = Map.groupBy(
    workloads.filter((own) => own.labels.some(({ key }) => key === 'app')),
    named,
  );
  const found = new Map(
    nodes
      .filter((node) => node.num_workloads > 0)
      .map((node) => {
        const own = node.label_ids.map((id) => labels[id]?.label);
        return [
          ['app', 'env', 'loc'].map((key) => own.find((label) => label?.key === key)?.value ?? '').join('/'),
          node,
        ];
      }),
  );
  expect(found.size).toBeGreaterThan(10);
  expect([...found.keys()].toSorted()).toEqual([...wanted.keys()].toSorted());
  for (const [name, own] of wanted) {
    const node = found.get(name);
    expect(node?.num_workloads, name).toBe(own.length);
    const modes = { enforced: 'full', visibility: 'visibility_only', idle: 'idle', selective: 'selective' };
    for (const [key, mode] of Object.entries(modes)) {
      const count = own.filter((each) => each.managed && each.enforcement_mode === mode).length;
      expect(node?.mode[mode_key.indexOf(key)], `${name} ${key}`).toBe(count);
    }
    expect(node?.visibility_level.reduce((sum, count) => sum + count)).toBe(
      own.filter(({ managed }) => managed).length,
    );
  }
});

it('shows a caller with a scope its own', async () => {
  const { nodes } = (await call('GET', '/orgs/1/app_group_summary', { key: simulator.keys.scoped })).json as Summary;
  const all = ((await call('GET', '/orgs/1/app_group_summary')).json as Summary).nodes;
  expect(nodes.length).toBeGreaterThan(0);
  expect(nodes.length).toBeLessThan(all.length);
});
