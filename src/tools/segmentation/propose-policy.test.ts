import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allPages, callWith, type Called } from '../../../test/catalogue/call.ts';
import { type Simulated, simulated } from '../../../test/catalogue/simulated.ts';
import applyPlan from '../lifecycle/apply-plan.ts';
import proposePolicy from './propose-policy.ts';

const PAYMENTS = { app_name: 'payments', env_name: 'prod' };

interface Raw {
  readonly href: string;
  readonly scopes: readonly (readonly { readonly label?: { readonly href: string } }[])[];
  readonly rules: readonly {
    readonly href: string;
    readonly consumers: Raw['scopes'][number];
    readonly unscoped_consumers: boolean;
  }[];
}
interface Label {
  readonly href: string;
  readonly key: string;
  readonly value: string;
}

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

  it('puts rules out into the rulesets of the destinations when told to, and then they are covered too', async () => {
    const args = { app_name: 'ecommerce', env_name: 'prod', remote_rulesets: true };
    const without = await rows({ ...args, remote_rulesets: false });
    const before = without.filter(({ placement }) => placement === 'remote');
    expect(before.length).toBeGreaterThan(2);
    const { structured, text } = await propose(args);
    const all = await rows(args);
    const outward = all.filter(({ placement, direction }) => placement === 'planned' && direction === 'remote');
    expect(outward.length, text).toBeGreaterThan(1);
    expect(all.filter(({ placement }) => placement === 'remote')).toEqual([]);

    const rulesOf = async () =>
      (
        (await on.pce.list('/orgs/1/sec_policy/draft/rule_sets', { max_results: '500' })) as unknown as readonly Raw[]
      ).flatMap(({ href, scopes, rules }) => rules.map((rule) => ({ ...rule, ruleSet: href, scopes })));
    const old = new Set((await rulesOf()).map(({ href }) => href));
    const applied = await callWith(on.dispatcher, 'apply-plan', { plan_id: structured['plan_id'] });
    expect(applied.isError, applied.text).toBe(false);
    const labels = (await on.pce.list('/orgs/1/labels', { max_results: '500' })) as unknown as readonly Label[];
    const words = (refs: readonly { readonly label?: { readonly href: string } }[]): readonly string[] =>
      refs.flatMap(({ label }) => {
        const known = labels.find(({ href }) => href === label?.href);
        return known === undefined ? [] : [`${known.key}=${known.value}`];
      });
    // Each in a ruleset whose one scope is the destination, for sources of this application only.
    const made = (await rulesOf()).filter(({ href }) => !old.has(href));
    const out = made.filter(
      ({ scopes: [scope = []] }) => words(scope).toSorted().join(' ') !== 'app=ecommerce env=prod',
    );
    expect(out).toHaveLength(outward.length);
    // `app="Ordering " env=prod role=web`: one of the planted labels ends in a blank.
    const wanted = outward.map(({ providers }) =>
      (/^app=(?:"[^"]*"|\S+) env=\S+/.exec(String(providers))?.[0] ?? '').replaceAll('"', ''),
    );
    expect(out.map(({ scopes: [scope = []] }) => words(scope).toSorted().join(' ')).toSorted()).toEqual(
      wanted.toSorted(),
    );
    for (const rule of out) {
      expect(words(rule.consumers)).toEqual(expect.arrayContaining(['app=ecommerce', 'env=prod']));
      expect(rule.unscoped_consumers).toBe(true);
    }
    const again = await propose(args);
    expect(again.structured.totals['planned']).toBe(0);
    expect(again.structured['coverage_before']).toBe(structured['coverage_after']);
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
