import { describe, expect, it } from 'vitest';
import type { PlantedEstate } from './estate.ts';

/** What somebody is told before or after a change: P1, P2, P10, P16, P17. */
export function plantedInChanges(estate: () => PlantedEstate): void {
  describe('in changes', () => {
    it('keeps dev away from prod but for the application that reads its database there (P1)', async () => {
      const { ask, rulesOf } = estate();
      const plan = await ask('plan-containment', {
        services: [{ service: 'POSTGRES' }],
        from: 'env=dev',
        to: 'env=prod',
      });
      expect(plan.items.map(({ does }) => does)).toContainEqual(
        expect.stringMatching(/allow app=ordering env=dev -> app=ordering env=prod on POSTGRES$/),
      );
      const flow = await ask('explain-flow', {
        src: 'app=ordering env=dev role=processing',
        dst: 'app=ordering env=prod role=db',
        port: 5432,
      });
      expect(flow.items[0]).toMatchObject({ class: 'allow', rule_hrefs: rulesOf('P1') });
    });

    it('names RDP from anywhere as what opens a risky port widest (P2)', async () => {
      const { ask, rulesOf } = estate();
      const { widest_rules: widest } = await ask('ransomware-exposure', { scope: 'env=prod' });
      expect(String(widest)).toContain(rulesOf('P2')[0] ?? 'a rule');
    });

    it('warns about the month-end edge that a window of 14 days does not hold (P10)', async () => {
      const { ask, planted } = estate();
      const answer = await ask('simulate-enforcement', { app_name: 'payments', env_name: 'prod', lookback_days: 14 });
      const [monthEnd = 'a date'] = planted['P10']?.names ?? [];
      const told = (answer['warnings'] as readonly string[]).filter((one) => one.includes(monthEnd));
      expect(told).toContainEqual(
        expect.stringMatching(/monthly.*app=payments.*role=batch -> app=swift-zone.* on 443\/tcp/),
      );
    });

    it('names the override deny of a closed incident that blocks the backup (P16)', async () => {
      const { ask, rows, planted } = estate();
      const flow = await ask('explain-flow', {
        src: 'app=backup env=prod role=media',
        dst: 'app=payments env=prod',
        port: 1556,
        policy: 'draft',
      });
      const blocked = flow.items.find((item) => item['class'] === 'override_deny');
      const rules = planted['P16']?.rules ?? [];
      expect(rules).toEqual(expect.arrayContaining(blocked?.['rule_hrefs'] as string[]));
      expect(flow.answer).toContain('EMG | INC-2291');
      const standing = (await rows('review-draft', {})).filter(({ section }) => section === 'standing');
      expect(standing.map(({ says }) => String(says)).join()).toContain('EMG | INC-2291');
    });

    it('puts the disabled deny of a ringfence first in the review of the draft, and stops (P17)', async () => {
      const { ask, planted } = estate();
      const review = await ask('review-draft', {});
      expect(review.items[0]).toMatchObject({
        section: 'risk',
        severity: 'high',
        href: planted['P17']?.rules[0],
        says: expect.stringMatching(/^a deny rule is disabled/),
      });
      expect(review['verdict']).toBe('stop');
    });
  });
}
