import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callTool, callWith } from '../../../test/catalogue/call.ts';
import { flowRow, type RowFacts } from '../../../test/catalogue/flow-rows.ts';
import { label, memoryPce, rule, ruleSet, workload } from '../../../test/catalogue/memory-pce.ts';
import { type Simulated, simulated } from '../../../test/catalogue/simulated.ts';
import { flowTables } from '../../work/flow-tables.ts';
import enforcementReadiness from './enforcement-readiness.ts';

const flows = flowTables();
afterAll(() => flows.close());

const [ordering, crm, prod] = [label(1, 'app', 'ordering'), label(2, 'app', 'crm'), label(3, 'env', 'prod')];
const scope = [
  { kind: 'label' as const, href: ordering.href, exclusion: false },
  { kind: 'label' as const, href: prod.href, exclusion: false },
];
const own = { ip: '10.0.0.1', name: 'ord1', labels: { app: 'ordering', env: 'prod' } };
const other = { ip: '10.0.0.2', name: 'crm1', labels: { app: 'crm', env: 'prod' } };
const row = (over: Partial<RowFacts>) => flowRow({ from: other, to: own, port: 443, ...over });
const contents = {
  labels: [ordering, crm, prod],
  workloads: [workload(1, 'ord1', [ordering, prod], { mode: 'selective' })],
  ruleSets: [ruleSet(1, 'anything', [rule(1, 1)], { scopes: [scope] })],
};
const call = (rows: readonly object[], over: object = {}) =>
  callTool(
    enforcementReadiness,
    { app_name: 'ordering', env_name: 'prod' },
    { pce: memoryPce({ ...contents, flows: rows, ...over }), flows },
  );

describe('enforcement-readiness', () => {
  it('adds up its components and counts connections, with rows beside them', async () => {
    const { structured } = await call([
      row({ connections: 90 }),
      row({ port: 22, policy: 'potentially_blocked', connections: 10 }),
      row({ from: { ip: '10.9.9.9' }, port: 25, policy: 'unknown', connections: 500 }),
    ]);
    expect(structured['readiness_score']).toBe(36 + 20 + 10 + 10 + 10);
    expect(structured.items.map((item) => item['points'])).toEqual([36, 20, 10, 10, 10]);
    expect(structured['traffic_analysis']).toMatchObject({
      coverage_percentage: 90,
      row_coverage_percentage: 50,
      policy_decisions: { allowed: 1, potentially_blocked: 1, unknown: 1 },
    });
    expect(structured['remote_apps']).toEqual({ covered: ['crm (prod)'], uncovered: [] });
    expect(structured.coverage.gaps.join()).toContain('1 row with the decision unknown');
  });

  it('names what is missing', async () => {
    const { structured } = await call([row({ policy: 'blocked', connections: 4 })], { ruleSets: [] });
    expect(structured).toMatchObject({ has_ringfence: false, readiness_score: 10 });
    expect(structured['recommendations']).toEqual([
      'Only 0 % of connections are covered: write policy first (propose-policy).',
      'There is no ringfence: create-ringfence with dry_run=true shows one.',
      'Go to full enforcement next (simulate-enforcement first).',
      'Look at 4 blocked connections before going further (explain-flow names the rule).',
      '1 remote application without a rule: crm (prod).',
    ]);
  });

  it('gives no score without traffic, and says why', async () => {
    const { structured } = await call([]);
    expect(structured['readiness_score']).toBeUndefined();
    expect(structured.answer).toContain('no traffic in the window that a VEN evaluated');
  });

  it('refuses an application that is not there', async () => {
    const { structured } = await callTool(
      enforcementReadiness,
      { app_name: 'order', env_name: 'prod' },
      { pce: memoryPce(contents), flows },
    );
    expect(structured.error).toBe('label_not_found');
  });
});

describe('on a simulated PCE', () => {
  let pce: Simulated;
  beforeAll(async () => {
    pce = await simulated({ profile: 'small' });
  });
  afterAll(() => pce.close());

  it('the report and the score agree with the summary of the same traffic', async () => {
    const end = ['app=ordering env=prod'];
    const args = { app_name: 'ordering', env_name: 'prod' };
    const summed = async (filters: object) => {
      const { structured, text } = await callWith(pce.dispatcher, 'get-traffic-flows-summary', filters);
      expect(structured.totals.by_decision, text).toBeDefined();
      return structured.totals.by_decision as Record<string, { rows: number; connections: number }>;
    };
    const [inbound, outbound, inside] = [
      await summed({ include_destinations: end }),
      await summed({ include_sources: end }),
      await summed({ include_sources: end, include_destinations: end }),
    ];
    const of = (decision: string): number =>
      (inbound[decision]?.connections ?? 0) +
      (outbound[decision]?.connections ?? 0) -
      (inside[decision]?.connections ?? 0);
    const evaluated = of('allowed') + of('potentially_blocked') + of('blocked');
    const expected = Math.round((1000 * of('allowed')) / evaluated) / 10;

    const report = await callWith(pce.dispatcher, 'get-policy-coverage-report', args);
    expect(report.structured['overall_coverage_percentage'], report.text).toBe(expected);
    const { structured } = await callWith(pce.dispatcher, 'enforcement-readiness', args);
    expect(structured['traffic_analysis']).toMatchObject({ coverage_percentage: expected });
    expect(structured.items[0]?.['points']).toBe(Math.round((400 * of('allowed')) / evaluated) / 10);
  });
});
