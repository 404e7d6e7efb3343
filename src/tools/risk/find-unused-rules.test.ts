import { afterAll, describe, expect, it } from 'vitest';
import { callTool } from '../../../test/catalogue/call.ts';
import { flowRow } from '../../../test/catalogue/flow-rows.ts';
import { label, memoryPce, rule, ruleSet, workload } from '../../../test/catalogue/memory-pce.ts';
import { href } from '../../core/href.ts';
import type { ServiceRef, Workload } from '../../model/inventory.ts';
import type { RuleHitCounts } from '../../pce/reads/rule-hits.ts';
import { flowTables } from '../../work/flow-tables.ts';
import findUnusedRules from './find-unused-rules.ts';

const flows = flowTables();
afterAll(() => flows.close());

const NOW = Date.parse('2025-06-15T00:00:00Z');
const [web, db, gone] = [label(1, 'role', 'web'), label(2, 'role', 'db'), label(3, 'role', 'gone')];
const by = (one: typeof web) => [{ kind: 'label' as const, href: one.href, exclusion: false }];
const tcp = (port: number): readonly ServiceRef[] => [{ kind: 'ports', proto: 6, port, toPort: null }];
const webToDb = (id: number, port: number, over: object = {}) =>
  rule(1, id, { consumers: by(web), providers: by(db), services: tcp(port), ...over });
const hosts = (over: Partial<Workload> = {}) => [workload(1, 'w1', [web], over), workload(2, 'w2', [db], over)];
const seen = flowRow({ from: { ip: '10.0.0.1', name: 'w1' }, to: { ip: '10.0.0.2', name: 'w2' }, port: 5432 });

async function verdicts(rules: Parameters<typeof ruleSet>[2], over: Partial<Workload> = {}, flowsCount?: number) {
  const pce = memoryPce({
    labels: [web, db, gone],
    workloads: hosts(over),
    ruleSets: [ruleSet(1, 'set', rules)],
    flows: [seen],
    ...(flowsCount === undefined ? {} : { flowsCount }),
  });
  const { structured, isError, text } = await callTool(findUnusedRules, {}, { pce, flows, clock: { now: () => NOW } });
  expect(isError, text).toBe(false);
  return Object.fromEntries(
    structured.items.map((item) => [String(item['href']).replace(/^.*\//, ''), [item['verdict'], item['reason']]]),
  );
}

describe('find-unused-rules', () => {
  it('calls a rule unused when its traffic would have been seen', async () => {
    const found = await verdicts([webToDb(1, 5432), webToDb(2, 7000), webToDb(3, 7001, { providers: by(gone) })]);
    expect(found).toEqual({
      2: ['unused', 'no flow in 90 days, and every flow would have been seen'],
      3: ['unused', 'selects nobody: no workload carries its labels'],
    });
  });

  it.each([
    [{ mode: 'idle' }],
    [{ visibility: 'flow_off' }],
    [{ visibility: 'flow_drops' }],
    [{ managed: false }],
  ] as const)('never calls a rule unused where flows are not seen: %o', async (over) => {
    expect((await verdicts([webToDb(2, 7000)], over))[2]?.[0]).toBe('unknown');
  });

  it.each(['year-end closing', 'DR restore', 'break-glass access'])(
    'never calls a rule for rare days unused: %s',
    async (description) => {
      expect((await verdicts([webToDb(2, 7000, { description })]))[2]?.[0]).toBe('unknown');
    },
  );

  it('does not judge what is younger than the window', async () => {
    const found = await verdicts([webToDb(2, 7000, { createdAt: '2025-06-01T00:00:00Z' })]);
    expect(found[2]).toEqual(['unknown', 'only 14 days old, younger than the window']);
  });

  it('tells a rule that an override deny beats from one without traffic', async () => {
    const deny = rule(1, 9, { kind: 'override_deny', consumers: by(web), providers: by(db), services: tcp(5432) });
    expect(await verdicts([webToDb(1, 5432), deny])).toEqual({
      1: ['unknown', 'flows matched it, and an override deny blocked them'],
    });
  });

  it('leaves deny rules and disabled rules alone, and says so', async () => {
    const deny = rule(1, 9, { kind: 'deny', consumers: by(web), providers: by(db), services: tcp(1) });
    expect(await verdicts([deny, webToDb(2, 7000, { enabled: false })])).toEqual({});
  });

  it('calls nothing unused when not all flows arrived', async () => {
    expect((await verdicts([webToDb(2, 7000)], {}, 99))[2]?.[0]).toBe('unknown');
  });

  describe('with the rule hits of the PCE', () => {
    const hitsOf = (days: Readonly<Record<number, number | null>>): RuleHitCounts => ({
      kind: 'counted',
      everywhere: false,
      report: href('/orgs/1/reports/r1'),
      // Five days before now.
      generatedAt: '2025-06-10T00:00:00Z',
      byRule: new Map(
        Object.entries(days).map(([id, daysSinceLastHit]) => [
          href(`/orgs/1/sec_policy/active/rule_sets/1/sec_rules/${id}`),
          { hits: 0, daysSinceLastHit },
        ]),
      ),
    });
    const ask = async (ruleHits: RuleHitCounts, args: object = {}, over: Partial<Workload> = {}) => {
      const rules = [1, 2, 3, 4].map((id) => webToDb(id, 7000 + id));
      const contents = {
        labels: [web, db, gone],
        workloads: hosts(over),
        ruleSets: [ruleSet(1, 'set', rules)],
        flows: [seen],
      };
      return callTool(findUnusedRules, args, {
        pce: memoryPce({ ...contents, ruleHits }),
        flows,
        clock: { now: () => NOW },
      });
    };
    const byId = (items: readonly Readonly<Record<string, unknown>>[]) =>
      Object.fromEntries(items.map((item) => [String(item['href']).replace(/^.*\//, ''), item]));

    it('takes a hit in the window for use, whenever the report was made', async () => {
      const { structured } = await ask(hitsOf({ 1: 85, 2: 86, 3: null }));
      expect(structured.totals).toMatchObject({ used: 1, unused: 3 });
      expect(byId(structured.items)).toMatchObject({
        2: {
          verdict: 'unused',
          last_hit_days: 91,
          reason: expect.stringContaining("last hit 91 days ago by the PCE's count"),
        },
        3: { verdict: 'unused', reason: expect.stringContaining("never hit by the PCE's count") },
        4: { verdict: 'unused', reason: 'no flow in 90 days, and every flow would have been seen' },
      });
      expect(structured['method']).toBe('flows and hits');
      expect(structured['hits_report']).toBe('/orgs/1/reports/r1');
      expect(structured.coverage.gaps).toEqual(
        expect.arrayContaining([
          'hits after the report of 2025-06-10T00:00:00Z',
          'hits on hosts outside of the scopes that count them',
        ]),
      );
    });

    it('calls nothing unused because it was not hit where flows are not seen', async () => {
      const { structured } = await ask(hitsOf({ 1: null, 2: 300 }), {}, { visibility: 'flow_off' });
      expect(new Set(structured.items.map(({ verdict }) => verdict))).toEqual(new Set(['unknown']));
    });

    it('says why there are none, fails where they are asked for, and can do without', async () => {
      const none: RuleHitCounts = { kind: 'none', why: 'rule hit counting is off' };
      expect((await ask(none)).structured.coverage.gaps).toContain('hit counts of the PCE: rule hit counting is off');
      const refused = (await ask(none, { method: 'hits' })).structured;
      expect(refused.error).toBe('not_found');
      expect(JSON.stringify(refused)).toContain('rule hit counting is off');
      expect((await ask(hitsOf({ 1: 1 }), { method: 'flows' })).structured.totals['used']).toBe(0);
    });
  });
});
