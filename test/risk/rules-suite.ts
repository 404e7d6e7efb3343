import { describe, expect, it } from 'vitest';
import type { PlantedEstate } from './estate.ts';

/** What is wrong with rules: P2, P8, P9, P20, P21. */
export function plantedInRules(estate: () => PlantedEstate): void {
  describe('in rules', () => {
    it('finds the rules without traffic, and never calls those for rare days unused (P8)', async () => {
      const { rows, rulesOf } = estate();
      const unused = await rows('find-unused-rules', {});
      const verdict = new Map(unused.map((item) => [item['href'], item['verdict']]));
      const rare = new Set(rulesOf('P8-rare'));
      expect(rare.size).toBe(4);
      expect(rulesOf('P8')).toHaveLength(61);
      for (const rule of rulesOf('P8'))
        expect(rare.has(rule) ? ['unknown'] : ['unused', 'likely']).toContain(verdict.get(rule));
      // And little else: one rule of the backup whose application it has not visited yet.
      const planted = new Set(rulesOf('P8'));
      const others = unused.filter(({ verdict: said, href }) => said === 'unused' && !planted.has(String(href)));
      expect(others.length).toBeLessThanOrEqual(5);
    });

    it('calls no rule of the badly logged application unused (P20)', async () => {
      const { rows, planted } = estate();
      const sets = new Set(planted['P20']?.ruleSets);
      const ofThem = (await rows('find-unused-rules', {})).filter(({ ruleset }) => sets.has(String(ruleset)));
      for (const { verdict } of ofThem) expect(verdict).toBe('unknown');
    });

    it.each([
      ['P9-duplicate', 'duplicate', 9, 9],
      ['P9-redundant', 'redundant', 14, 20],
      ['P9-ineffective', 'ineffective_deny', 3, 3],
      ['P9-irrelevant', 'irrelevant', 6, 6],
      ['P9-over-grant', 'over_grant', 8, 60],
      ['P2', 'risky_from_anywhere', 1, 1],
      ['P21', 'wide_source', 1, 2],
    ])('finds %s by name: %s', async (id, anomaly, count, most) => {
      const { rows, rulesOf } = estate();
      const anomalies = await rows('analyze-rules', {});
      const found = new Set(anomalies.filter((item) => item['anomaly'] === anomaly).map(({ href }) => href));
      expect(rulesOf(id)).toHaveLength(count);
      for (const rule of rulesOf(id)) expect(found).toContain(rule);
      expect(found.size).toBeLessThanOrEqual(most);
    });
  });
}
