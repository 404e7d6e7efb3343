import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callWith, type Called } from '../../../test/catalogue/call.ts';
import { NOW_MS, type Simulated, simulated } from '../../../test/catalogue/simulated.ts';
import { plantedIssues } from '../../simulator/estates/planted.ts';
import simulateEnforcement from './simulate-enforcement.ts';

// That its predictions come true is shown in test/analysis/closed-loop.test.ts.
// On other seeds: test/full/planted-issues.test.ts.
const seed = 7;
describe('simulate-enforcement on the demo estate', () => {
  let on: Simulated;
  beforeAll(async () => {
    on = await simulated({ profile: 'mid', seed }, { tools: [simulateEnforcement] });
  });
  afterAll(() => on.close());

  const simulate = (args: object): Promise<Called> => callWith(on.dispatcher, 'simulate-enforcement', args);

  it('warns about the month-end edge that a window of 14 days does not hold (P10)', async () => {
    const { structured } = await simulate({ app_name: 'payments', env_name: 'prod', lookback_days: 14 });
    const [monthEnd] = plantedIssues({ profile: 'mid', seed, nowMs: NOW_MS })['P10']?.names ?? [];
    expect(structured['warnings']).toContainEqual(
      expect.stringMatching(
        new RegExp(`monthly.*app=payments.*role=batch -> app=swift-zone.* on 443/tcp.*${monthEnd}`),
      ),
    );
  });

  it('says what breaks, at which end, how often it runs, and what share is safe', async () => {
    const { structured } = await simulate({ app_name: 'payments', env_name: 'prod' });
    const totals = structured.totals as Record<string, { edges: number; connections: number }>;
    const broken = totals['will_break']?.connections ?? 0;
    const stays = totals['stays']?.connections ?? 0;
    expect(broken).toBeGreaterThan(0);
    expect(structured.items.reduce((sum, item) => sum + Number(item['connections']), 0)).toBe(broken);
    expect(structured['safe_percent']).toBe(Math.floor((1_000 * stays) / (stays + broken)) / 10);
    for (const item of structured.items) {
      expect(item['change']).toBe('will_break');
      expect(['source', 'destination', 'both']).toContain(item['blocked_at']);
      expect(['once', 'daily', 'weekly', 'monthly', 'irregular']).toContain(item['cadence']);
      expect(item['suggested_rule']).toMatch(/^allow /);
    }
  });

  it('agrees with every draft decision of the PCE and with what the VENs reported, and names who reports little', async () => {
    const { structured } = await simulate({ app_name: 'wms', env_name: 'prod' });
    expect(structured['agreement_with_draft']).toMatch(/^(\d+) of \1 rows$/);
    expect(structured['agreement_with_reported']).toMatch(/^(\d+) of \1 rows$/);
    expect(structured.coverage.gaps.join('; ')).toMatch(/visibility off|report only blocked flows/);
  });

  it('breaks nothing in visibility only', async () => {
    const { structured } = await simulate({ app_name: 'payments', env_name: 'prod', target_mode: 'visibility_only' });
    expect(structured.items).toEqual([]);
    expect(structured['safe_percent']).toBe(100);
  });

  it('refuses an application that does not exist, with the nearest', async () => {
    const { structured, text } = await simulate({ app_name: 'payment' });
    expect(structured.error).toBe('label_not_found');
    expect(text).toContain('payments');
  });
});
