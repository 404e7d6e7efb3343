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
