import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allPages, callWith } from '../catalogue/call.ts';
import { asActive, plantedEstate, SEEDS } from './planted.ts';

type Estate = Awaited<ReturnType<typeof plantedEstate>>;

describe.each(SEEDS)('reach in a mid estate, seed %d', (seed) => {
  let pce: Estate;
  beforeAll(async () => {
    pce = await plantedEstate(seed);
  });
  afterAll(() => pce.close());

  const ask = async (tool: string, args: object) => {
    const { structured, isError, text } = await callWith(pce.dispatcher, tool, args);
    expect(isError, text).toBe(false);
    return structured;
  };

  it('finds the far half of the path to the card data, permitted and never seen (P3)', async () => {
    const rules = (pce.planted['P3']?.rules ?? []).map(asActive);
    expect(rules).toHaveLength(2);
    const intoDb = await ask('blast-radius', {
      from: 'app=vdi env=prod role=desktop',
      to: 'app=payments env=prod role=db',
    });
    const intoOracle = await ask('blast-radius', {
      from: 'app=legacy-billing env=prod role=app',
      to: 'app=shared-oracle env=prod role=rac',
    });
    const used = [...intoDb.items, ...intoOracle.items].flatMap((item) =>
      (item['rules'] as readonly string[]).map((rule) => ({
        rule: rule.replace(/^.* /, ''),
        observed: item['observed'],
      })),
    );
    for (const rule of rules) expect(used).toContainEqual({ rule, observed: false });
    const through = intoDb.items.filter(({ path }) =>
      (path as readonly string[]).some((hop) => hop.startsWith('shared-oracle:rac (prod)')),
    );
    expect(through).not.toEqual([]);
    // The easiest way on starts with RDP from anywhere (P2).
    const [rdp = ''] = (pce.planted['P2']?.rules ?? []).map(asActive);
    expect((intoDb['cuts'] as readonly string[]).join()).toContain(rdp);
  });

  it('shows that the backup reaches everything (P24)', async () => {
    const radius = await ask('blast-radius', { from: 'app=backup env=prod role=media', max_hops: 1, ports: ['1556'] });
    // Of about 210 groups of hosts.
    expect(Number(radius.totals['reached'])).toBeGreaterThan(150);
    const pages = await allPages(pce.dispatcher, 'identify-infrastructure-services', { top_n: 100 });
    const ranking = pages.flatMap(({ structured }) => structured.items);
    const byDegree = ranking.toSorted((a, b) => Number(b['out_degree']) - Number(a['out_degree']));
    expect(byDegree.slice(0, 3).map(({ app, env }) => `${String(app)} ${String(env)}`)).toContain('backup prod');
  });

  it('finds mixed enforcement (P4)', async () => {
    const status = await ask('get-workload-enforcement-status', { fix: true });
    const step = (status['fix_plan'] as readonly Record<string, unknown>[]).find(
      ({ app, env }) => app === 'payments' && env === 'prod',
    );
    expect(step).toMatchObject({ target_mode: 'full' });
    expect(step?.['workloads']).toHaveLength(pce.planted['P4']?.destinations.length ?? -1);
  });

  it('fails the controls that planted issues violate (P1, P11, P15)', async () => {
    const detail = async (framework: string, id: string, scope: object) => {
      const { items } = await ask('compliance-check', { framework, ...scope });
      return items.find((item) => item['id'] === id);
    };
    const separation = await detail('pci-dss', '6.5.3', { app_name: 'ordering', env_name: 'prod' });
    expect(separation).toMatchObject({ status: 'FAIL' });
    expect(JSON.stringify(separation)).toContain('Ordering-Prod-RS1');
    expect(await detail('pci-dss', '1.2.6', { app_name: 'legacy-billing' })).toMatchObject({
      status: 'FAIL',
      detail: expect.stringMatching(/T5: .*(Telnet|FTP)/),
    });
    const egress = await detail('pci-dss', '1.3.2', { app_name: 'payments', env_name: 'prod' });
    expect(egress).toMatchObject({ status: 'FAIL', detail: expect.stringContaining('out to any address') });
  });
});
