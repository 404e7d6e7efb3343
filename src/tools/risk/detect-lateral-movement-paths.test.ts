import { afterAll, describe, expect, it } from 'vitest';
import { callTool } from '../../../test/catalogue/call.ts';
import { flowRow } from '../../../test/catalogue/flow-rows.ts';
import { label, memoryPce, rule, ruleSet, workload } from '../../../test/catalogue/memory-pce.ts';
import { flowTables } from '../../work/flow-tables.ts';
import detectLateralMovementPaths from './detect-lateral-movement-paths.ts';

const flows = flowTables();
afterAll(() => flows.close());

const NAMES = ['a', 'b', 'c', 'd', 'e'] as const;
const prod = label(99, 'env', 'prod');
const apps = NAMES.map((name, index) => label(index + 1, 'app', name));
const end = (name: string) => ({
  ip: `10.0.0.${NAMES.findIndex((one) => one === name) + 1}`,
  name,
  labels: { app: name, env: 'prod' },
});
const row = (from: string, to: string, policy = 'allowed') =>
  flowRow({ from: end(from), to: end(to), port: 443, policy });
const workloads = apps.map((app, index) => workload(index + 1, app.value, [app, prod]));
const call = (args: object, rows: readonly object[], rules: Parameters<typeof ruleSet>[2] = []) =>
  callTool(detectLateralMovementPaths, args, {
    pce: memoryPce({ labels: [...apps, prod], workloads, flows: rows, ruleSets: [ruleSet(1, 'all', rules)] }),
    flows,
  });

const CHAIN = [row('a', 'b'), row('b', 'c'), row('c', 'd'), row('d', 'e')];

describe('detect-lateral-movement-paths', () => {
  it('finds the applications that hold the graph together', async () => {
    const { structured } = await call({}, CHAIN);
    expect(structured['articulation_points']).toEqual(['b (prod)', 'c (prod)', 'd (prod)']);
    expect(structured['high_risk_bridge_nodes']).toMatchObject([
      { node: 'b (prod)', reachable: 3, direct_connections_in: 1, direct_connections_out: 1 },
      { node: 'c (prod)', reachable: 2 },
      { node: 'd (prod)', reachable: 1 },
    ]);
    expect(structured.totals).toMatchObject({ total_apps: 5, total_edges: 4, articulation_points: 3 });
  });

  it.each([1, 2, 3, 4])('never lists a path longer than %d hops', async (max_hops) => {
    const { structured } = await call({ app_name: 'a', env_name: 'prod', max_hops }, CHAIN);
    expect(structured.items.map(({ hops }) => hops)).toEqual(
      Array.from({ length: max_hops }, (_, index) => max_hops - index),
    );
    expect(structured.items[0]?.['path']).toHaveLength(max_hops + 1);
  });

  it('takes no blocked flow for a way', async () => {
    const { structured } = await call({ app_name: 'a' }, [row('a', 'b'), row('b', 'c', 'potentially_blocked')]);
    expect(structured.items).toHaveLength(2);
    // The PCE leaves blocked flows out because they are not asked for.
    const pce = memoryPce({ labels: [...apps, prod], flows: [] });
    await callTool(detectLateralMovementPaths, {}, { pce, flows });
    expect(pce.asked.find(({ method }) => method === 'traffic')?.args[0]).toMatchObject({
      decisions: ['allowed', 'potentially_blocked', 'unknown'],
    });
  });

  it('tells what rules permit and no traffic reached', async () => {
    const from = { kind: 'label' as const, href: workloads[0]?.labels[0]?.href ?? prod.href, exclusion: false };
    const to = { kind: 'label' as const, href: workloads[4]?.labels[0]?.href ?? prod.href, exclusion: false };
    const tcp = { kind: 'ports' as const, proto: 6, port: 22, toPort: null };
    const { structured } = await call(
      { app_name: 'a' },
      [row('a', 'b')],
      [rule(1, 1, { consumers: [from], providers: [to], services: [tcp] })],
    );
    expect(structured['permitted_never_seen']).toEqual(['e (prod)']);
  });

  it('answers a chain of 3,000 applications', async () => {
    const long = Array.from({ length: 3_000 }, (_, index) =>
      flowRow({
        from: { ip: '10.0.0.1', name: `n${index}`, labels: { app: `n${index}`, env: 'prod' } },
        to: { ip: '10.0.0.2', name: `n${index + 1}`, labels: { app: `n${index + 1}`, env: 'prod' } },
        port: 443,
      }),
    );
    const { structured, isError } = await call({}, long);
    expect(isError).toBe(false);
    expect(structured.totals).toMatchObject({ total_apps: 3_001, articulation_points: 2_999 });
  });

  it('refuses an application that is not there, and an environment alone', async () => {
    expect((await call({ app_name: 'x' }, [])).structured.error).toBe('label_not_found');
    expect((await call({ env_name: 'prod' }, [])).structured.error).toBe('invalid_arguments');
  });
});
