import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allPages, callWith, type Called } from '../../../test/catalogue/call.ts';
import { type Simulated, simulated } from '../../../test/catalogue/simulated.ts';
import applyPlan from '../lifecycle/apply-plan.ts';
import proposePolicy from './propose-policy.ts';

const PAYMENTS = { app_name: 'payments', env_name: 'prod' };

let on: Simulated;
beforeAll(async () => {
  on = await simulated({ profile: 'mid', seed: 7 }, { tools: [proposePolicy, applyPlan] });
});
afterAll(() => on.close());

const propose = (args: object): Promise<Called> => callWith(on.dispatcher, 'propose-policy', args);
const rows = async (args: object) =>
  (await allPages(on.dispatcher, 'propose-policy', args)).flatMap(({ structured }) => structured.items);

describe('propose-policy', () => {
  it('plans only rules with evidence, and leaves risky, weak and nameless ones to a person', async () => {
    const all = await rows(PAYMENTS);
    const planned = all.filter(({ placement }) => placement === 'planned');
    expect(planned.length).toBeGreaterThan(0);
    for (const row of planned) {
      expect(Number(row['connections'])).toBeGreaterThanOrEqual(10);
      expect(row['risky']).toBeUndefined();
      expect(row['services']).not.toContain('All Services');
    }
    expect(all.filter(({ risky }) => risky !== undefined).every(({ placement }) => placement === 'review')).toBe(true);
    const excluded = await rows({ ...PAYMENTS, risky: 'exclude' });
    expect(
      excluded.filter(({ services }) => String(services).includes('3389')).map(({ placement }) => placement),
    ).not.toContain('planned');
    // The destination's ruleset decides about what goes to other applications.
    const remote = all.filter(({ placement }) => placement === 'remote');
    expect(remote.every(({ providers }) => String(providers).startsWith('app='))).toBe(true);
  });

  it('grants more the wider the tier, and covers at least as much', async () => {
    const tiers = ['strict', 'tiered', 'ringfence'].map((tier) => propose({ ...PAYMENTS, tier }));
    const [strict, tiered, ringfence] = await Promise.all(tiers);
    const planned = (called: Called | undefined) =>
      called?.structured.items.filter(({ placement }) => placement === 'planned') ?? [];
    expect(planned(tiered).every(({ services }) => String(services) === 'All Services')).toBe(true);
    expect(planned(ringfence).length).toBeLessThanOrEqual(planned(tiered).length);
    for (const called of [strict, tiered, ringfence])
      expect(Number(called?.structured['coverage_after'])).toBeGreaterThan(
        Number(called?.structured['coverage_before']),
      );
    expect(Number(ringfence?.structured['coverage_after'])).toBeGreaterThanOrEqual(
      Number(strict?.structured['coverage_after']),
    );
  });

  it('changes nothing until the plan is applied; then the flows are covered as foretold and nothing is proposed again', async () => {
    const crm = { app_name: 'crm', env_name: 'prod', tier: 'tiered' };
    const pending = async () => JSON.stringify(await on.pce.read('/orgs/1/sec_policy/pending'));
    const before = await pending();
    const { structured } = await propose(crm);
    expect(await pending()).toBe(before);
    const applied = await callWith(on.dispatcher, 'apply-plan', { plan_id: structured['plan_id'] });
    expect(applied.isError, applied.text).toBe(false);
    const again = await propose(crm);
    expect(again.structured.totals['planned']).toBe(0);
    expect(again.structured['coverage_before']).toBe(structured['coverage_after']);
    expect(again.structured['plan_id']).toBeUndefined();
  });

  it('makes a ruleset where the application has none', async () => {
    const sets = (await on.pce.list('/orgs/1/sec_policy/draft/rule_sets')) as unknown as readonly {
      readonly href: string;
      readonly name: string;
    }[];
    for (const { href, name } of sets)
      if (/\bhrm \| prod$/.test(name)) await on.pce.send({ method: 'DELETE', path: href, body: undefined });
    const { structured } = await propose({ app_name: 'hrm', env_name: 'prod', tier: 'ringfence' });
    expect(structured['ruleset']).toBe('hrm | prod (new)');
    expect((structured['requests'] as readonly string[])[0]).toBe('create ruleset hrm | prod');
    expect(Number(structured['coverage_after'])).toBeGreaterThan(Number(structured['coverage_before']));
  });
});
