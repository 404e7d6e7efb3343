import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allPages, callWith } from '../../../test/catalogue/call.ts';
import { type Simulated, simulated } from '../../../test/catalogue/simulated.ts';
import { rolloutOrder } from '../../analysis/rollout.ts';
import enforcementReadiness from './enforcement-readiness.ts';
import planRollout from './plan-rollout.ts';

let pce: Simulated;
beforeAll(async () => {
  pce = await simulated({ profile: 'small' }, { tools: [planRollout, enforcementReadiness] });
});
afterAll(() => pce.close());

describe('plan-rollout', () => {
  it('puts every application with an agent into a wave, with the readiness that enforcement-readiness gives', async () => {
    const pages = await allPages(pce.dispatcher, 'plan-rollout', { wave_size: 3 });
    const items = pages.flatMap(({ structured }) => structured.items);
    const totals = pages[0]?.structured.totals ?? {};
    expect(items.map(({ wave }) => wave)).toEqual(items.map((_, index) => Math.floor(index / 3) + 1));
    expect(Number(totals['done']) + Number(totals['without_agent']) + items.length).toBe(totals['applications']);
    for (const { app, env, readiness_score: score } of items.slice(0, 4)) {
      const single = await callWith(pce.dispatcher, 'enforcement-readiness', { app_name: app, env_name: env });
      expect(single.structured['readiness_score'], `${String(app)} ${String(env)}`).toBe(score);
    }
  });

  it('asks less of a selective goal', async () => {
    const full = await callWith(pce.dispatcher, 'plan-rollout', { goal: 'full' });
    const selective = await callWith(pce.dispatcher, 'plan-rollout', { goal: 'selective' });
    expect(Number(selective.structured.totals['done'])).toBeGreaterThanOrEqual(Number(full.structured.totals['done']));
  });

  it.each([
    [['2025-07-01/2025-07-03', '2025-07-11', ' 2025-07-12 / 2025-07-20 '], 5],
    [['2025-06-01/2025-07-31', '2025-07-15/2025-08-10'], 1],
    [[], 14],
  ])('never lets a wave meet the freeze windows %j, %d days each', async (freeze_windows, wave_days) => {
    const args = { wave_size: 2, start_date: '2025-06-26', wave_days, freeze_windows };
    const pages = await allPages(pce.dispatcher, 'plan-rollout', args);
    const items = pages.flatMap(({ structured }) => structured.items);
    // Day by day: the first day from which the whole wave is free.
    const day = (date: string, add = 0) => new Date(Date.parse(date) + add * 86_400_000).toISOString().slice(0, 10);
    const isFrozen = (date: string) =>
      freeze_windows.some((one) => {
        const [from = '', to = from] = one.split('/').map((part) => part.trim());
        return from <= date && date <= to;
      });
    let free = '2025-06-26';
    for (let at = 0; at < items.length; at += 2) {
      const days = (first: string) => Array.from({ length: wave_days }, (_, i) => day(first, i));
      while (days(free).some(isFrozen)) free = day(free, 1);
      const last = day(free, wave_days - 1);
      for (const row of items.slice(at, at + 2)) expect(row).toMatchObject({ starts: free, ends: last });
      free = day(last, 1);
    }
    expect(pages[0]?.structured['finishes']).toBe(items.at(-1)?.['ends']);
    expect(items.length).toBeGreaterThan(4);
  });

  it('says that no calendar was asked for, and refuses what is no window', async () => {
    const { structured } = await callWith(pce.dispatcher, 'plan-rollout', {});
    expect(structured.coverage.gaps.join('; ')).toContain('no freeze_windows were given');
    for (const freeze_windows of [['Christmas'], ['2025-12-24/2025-02-30'], ['2025-12-31/2025-12-24'], ['/']]) {
      const refused = await callWith(pce.dispatcher, 'plan-rollout', { freeze_windows });
      expect(refused.structured.error, String(freeze_windows)).toBe('invalid_window');
    }
  });

  it('counts as effort the hosts to change, the services without a rule and a missing ringfence', async () => {
    const { structured } = await callWith(pce.dispatcher, 'plan-rollout', { wave_size: 2 });
    for (const { app, env, effort, modes, uncovered } of structured.items) {
      const single = await callWith(pce.dispatcher, 'enforcement-readiness', { app_name: app, env_name: env });
      const { full: _full = 0, ...others } = modes as Readonly<Record<string, number>>;
      const hosts = Object.values(others).reduce((sum, count) => sum + count, 0);
      expect(effort).toBe(hosts + Number(uncovered) + (single.structured['has_ringfence'] === true ? 0 : 1));
    }
  });

  it('orders by infrastructure tier, then readiness; what has no score comes last', () => {
    const score = (tier: 'Core Infrastructure' | 'Standard Application') => ({ tier, score: 1 }) as never;
    const apps = [
      { app: 'ready', env: 'p', infrastructure: score('Standard Application'), readiness: 90 },
      { app: 'silent', env: 'p', infrastructure: score('Core Infrastructure'), readiness: null },
      { app: 'core', env: 'p', infrastructure: score('Core Infrastructure'), readiness: 10 },
      { app: 'less', env: 'p', infrastructure: null, readiness: 50 },
    ];
    expect(rolloutOrder(apps).map(({ app }) => app)).toEqual(['core', 'ready', 'less', 'silent']);
  });
});
