import { afterAll, describe, expect, it } from 'vitest';
import { callTool } from '../../../test/catalogue/call.ts';
import { flowRow } from '../../../test/catalogue/flow-rows.ts';
import { ipList, label, memoryPce, rule, ruleSet, workload } from '../../../test/catalogue/memory-pce.ts';
import type { ServiceRef } from '../../model/inventory.ts';
import { flowTables } from '../../work/flow-tables.ts';
import analyzeRules from './analyze-rules.ts';

const flows = flowTables();
afterAll(() => flows.close());

const roles = Array.from({ length: 6 }, (_, index) => label(index + 1, 'role', `r${index + 1}`));
const [r1, r2] = roles as [(typeof roles)[0] & object, (typeof roles)[0] & object];
const gone = label(50, 'role', 'gone');
const workloads = roles.map((role, index) => workload(index + 1, `w${index + 1}`, [role]));
const any = ipList(1, 'Any', ['0.0.0.0/0']);
const ten = ipList(2, 'Ten', ['10.0.0.0/8']);
const by = (one: typeof gone) => [{ kind: 'label' as const, href: one.href, exclusion: false }];
const list = (one: typeof any) => [{ kind: 'ip_list' as const, href: one.href }];
const tcp = (port: number, toPort: number | null = null): readonly ServiceRef[] => [
  { kind: 'ports', proto: 6, port, toPort },
];
const r = (id: number, over: object) =>
  rule(1, id, { consumers: by(r1), providers: by(r2), services: tcp(443), ...over });

async function anomalies(
  rules: Parameters<typeof ruleSet>[2],
  rows: readonly object[] = [],
  rest: Parameters<typeof ruleSet>[3] = {},
) {
  const pce = memoryPce({
    labels: [...roles, gone],
    workloads,
    ipLists: [any, ten],
    ruleSets: [ruleSet(1, 'set', rules, rest)],
    flows: rows,
  });
  const { structured, isError, text } = await callTool(analyzeRules, {}, { pce, flows });
  expect(isError, text).toBe(false);
  return structured.items.map((item) =>
    [item['anomaly'], item['href'], item['because_of'] ?? '']
      .map((part) => String(part).replace(/^.*\//, ''))
      .join(' ')
      .trim(),
  );
}

describe('analyze-rules', () => {
  it.each([
    ['a copy', [r(1, {}), r(2, {})], ['duplicate 2 1']],
    [
      'a copy with its lists turned round',
      [r(1, { services: [...tcp(1), ...tcp(2)] }), r(2, { services: [...tcp(2), ...tcp(1)] })],
      ['duplicate 2 1'],
    ],
    ['a rule inside a wider one', [r(1, { services: tcp(400, 500) }), r(2, {})], ['redundant 2 1']],
    [
      'a rule inside one for everybody',
      [r(1, { consumers: [{ kind: 'ams' }], providers: [{ kind: 'ams' }] }), r(2, {})],
      ['redundant 2 1'],
    ],
    ['a deny that an allow defeats', [r(1, {}), r(2, { kind: 'deny' })], ['ineffective_deny 2 1']],
    [
      'an allow that an override deny defeats',
      [r(1, { kind: 'override_deny', consumers: [{ kind: 'ams' }] }), r(2, {})],
      ['overridden 2 1'],
    ],
    ['a rule for nobody', [r(1, { consumers: by(gone) })], ['irrelevant 1']],
    [
      'RDP from anywhere',
      [r(1, { consumers: list(any), services: tcp(3389) })],
      ['over_grant 1', 'risky_from_anywhere 1'],
    ],
    ['a wide source', [r(1, { consumers: list(ten) })], ['over_grant 1', 'wide_source 1']],
    ['Telnet', [r(1, { services: tcp(23) })], ['insecure_service 1']],
    ['every port across scopes', [r(1, { services: tcp(1_024, 65_535), unscopedConsumers: true })], ['wide_ports 1']],
    ['two rules that are one', [r(1, {}), r(2, { services: tcp(80) })], ['mergeable 2 1']],
  ] as const)('finds %s', async (_what, rules, expected) => {
    expect(await anomalies(rules)).toEqual(expected);
  });

  it.each([
    ['a range that holds the port of Telnet', [r(1, { services: tcp(20, 30) })]],
    [
      'other services of the other way round',
      [r(1, {}), r(2, { consumers: by(r2), providers: by(r1), services: tcp(80) })],
    ],
    ['other sources', [r(1, {}), r(2, { consumers: by(r2) })]],
    ['a deny wider than the allow', [r(1, {}), r(2, { kind: 'deny', services: tcp(400, 500) })]],
    ['a rule bound to a network', [r(1, { consumers: [{ kind: 'ams' }] }), r(2, { networkType: 'non_brn' })]],
    ['disabled rules', [r(1, {}), r(2, { enabled: false })]],
  ] as const)('is silent about %s', async (_what, rules) => {
    expect(await anomalies(rules)).toEqual([]);
  });

  it('takes every port inside a scope for a ringfence', async () => {
    const everything = r(1, {
      consumers: [{ kind: 'ams' }],
      providers: [{ kind: 'ams' }],
      services: tcp(1_024, 65_535),
    });
    const scopes = [[{ kind: 'label' as const, href: r1.href, exclusion: false }]];
    expect(await anomalies([everything], [], { scopes })).toEqual([]);
    expect(await anomalies([everything])).toEqual(['wide_ports 1']);
  });

  it('measures over-grant by groups of hosts, with traffic', async () => {
    const wide = r(1, { consumers: [{ kind: 'ams' }], providers: [{ kind: 'ams' }] });
    const used = flowRow({ from: { ip: '10.0.0.1', name: 'w1' }, to: { ip: '10.0.0.2', name: 'w2' }, port: 443 });
    expect(await anomalies([wide], [used])).toEqual(['over_grant 1']);
    const everybody = workloads.flatMap((_, a) =>
      workloads.map((__, b) =>
        flowRow({
          from: { ip: `10.0.0.${a + 1}`, name: `w${a + 1}` },
          to: { ip: `10.0.0.${b + 1}`, name: `w${b + 1}` },
          port: 443,
        }),
      ),
    );
    expect(await anomalies([wide], everybody)).toEqual([]);
  });

  it('proposes a fix and the proof for each finding', async () => {
    const pce = memoryPce({ labels: roles, workloads, ruleSets: [ruleSet(1, 'set', [r(1, {}), r(2, {})])], flows: [] });
    const { structured } = await callTool(analyzeRules, { checks: ['duplicate'] }, { pce, flows });
    expect(structured.items).toEqual([
      {
        anomaly: 'duplicate',
        rule: 'set: allow role=r1 -> role=r2 on 443/tcp',
        href: '/orgs/1/sec_policy/draft/rule_sets/1/sec_rules/2',
        because_of: '/orgs/1/sec_policy/draft/rule_sets/1/sec_rules/1',
        proof: 'says exactly what another rule of the same ruleset says',
        fix: 'delete-sec-rule href=/orgs/1/sec_policy/draft/rule_sets/1/sec_rules/2 dry_run=true: its copy stays',
      },
    ]);
    // Without a check that needs it, no traffic is asked for.
    expect(pce.asked.map(({ method }) => method)).not.toContain('traffic');
  });
});
