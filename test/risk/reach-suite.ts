import { describe, expect, it } from 'vitest';
import type { PlantedEstate } from './estate.ts';

/** Who gets where: P1, P3, P4, P11, P15, P24. */
export function plantedInReach(estate: () => PlantedEstate): void {
  describe('in reach', () => {
    it('finds the far half of the path to the card data, permitted and never seen (P3)', async () => {
      const { rulesOf, ask } = estate();
      const rules = rulesOf('P3');
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
      const [rdp = ''] = rulesOf('P2');
      expect((intoDb['cuts'] as readonly string[]).join()).toContain(rdp);
    });

    it('names the backup as what everything hangs on: hub, top betweenness, articulation point (P24)', async () => {
      const { planted, ask, rows } = estate();
      // Nobody told the port: the hubs of single services are found by themselves.
      const lateral = await ask('detect-lateral-movement-paths', {});
      const hubs = lateral.items.filter(({ section }) => section === 'service hub');
      const [port] = planted['P24']?.ports ?? [];
      const backup = hubs.find(({ service }) => service === `${port}/tcp`);
      expect(backup).toMatchObject({ node: 'backup (prod)' });
      expect(hubs.indexOf(backup ?? {})).toBeLessThan(2);
      expect(Number(backup?.['direct_connections_out'])).toBeGreaterThan(40);
      expect(Number(backup?.['cut_off'])).toBeGreaterThan(30);
      expect(Number(backup?.['betweenness'])).toBeGreaterThan(0.8);
      // Among the applications that most ways between two others lead over, whatever the service.
      const ranking = await rows('identify-infrastructure-services', { top_n: 100 });
      const top = (field: string, count: number) =>
        ranking
          .toSorted((a, b) => Number(b[field]) - Number(a[field]))
          .slice(0, count)
          .map(({ app, env }) => `${String(app)} (${String(env)})`);
      expect(top('betweenness_centrality', 5)).toContain('backup (prod)');
      expect(top('out_degree', 3)).toContain('backup (prod)');
      const rollout = await rows('plan-rollout', { wave_size: 20 });
      const row = rollout.find(({ app, env }) => app === 'backup' && env === 'prod');
      expect(row?.['hub']).toMatch(/^1556\/tcp to \d+ applications$/);
      // Of about 210 groups of hosts.
      const radius = await ask('blast-radius', {
        from: 'app=backup env=prod role=media',
        max_hops: 1,
        ports: ['1556'],
      });
      expect(Number(radius.totals['reached'])).toBeGreaterThan(150);
    });

    it('finds mixed enforcement (P4)', async () => {
      const { planted, ask } = estate();
      const status = await ask('get-workload-enforcement-status', { fix: true });
      const step = (status['fix_plan'] as readonly Record<string, unknown>[]).find(
        ({ app, env }) => app === 'payments' && env === 'prod',
      );
      expect(step).toMatchObject({ target_mode: 'full' });
      expect(step?.['workloads']).toHaveLength(planted['P4']?.destinations.length ?? -1);
    });

    it('fails the controls that planted issues violate (P1, P11, P15)', async () => {
      const detail = async (framework: string, id: string, scope: object) => {
        const { items } = await estate().ask('compliance-check', { framework, ...scope });
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
}
