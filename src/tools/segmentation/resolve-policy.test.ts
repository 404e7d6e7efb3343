import { describe, expect, it } from 'vitest';
import { callTool } from '../../../test/catalogue/call.ts';
import { ipList, label, labelGroup, memoryPce, rule, ruleSet, workload } from '../../../test/catalogue/memory-pce.ts';
import type { Rule, RuleSet, ServiceRef } from '../../model/inventory.ts';
import resolvePolicy from './resolve-policy.ts';

const [web, db, prod, dev] = [
  label(1, 'role', 'web'),
  label(2, 'role', 'db'),
  label(3, 'env', 'prod'),
  label(4, 'env', 'dev'),
];
const workloads = [
  workload(1, 'w1', [web, prod]),
  workload(2, 'w2', [web, prod]),
  workload(4, 'w4', [db, prod]),
  workload(9, 'w9', [web, dev]),
  workload(10, 'w10', [db, dev]),
];
const partner = ipList(1, 'Partner', ['192.0.2.0/24', '198.51.100.7']);
const tcp = (port: number, toPort: number | null = null): readonly ServiceRef[] => [
  { kind: 'ports', proto: 6, port, toPort },
];
const by = (one: typeof web): Rule['providers'] => [{ kind: 'label', href: one.href, exclusion: false }];
const group = labelGroup(1, 'all', 'env', [prod, dev]);

async function rows(rules: readonly Rule[], args: object = {}, over: Partial<RuleSet> = {}) {
  const pce = memoryPce({
    labels: [web, db, prod, dev],
    labelGroups: [group],
    workloads,
    ipLists: [partner],
    ruleSets: [ruleSet(1, 'set', rules, over)],
  });
  const { structured, isError, text } = await callTool(resolvePolicy, args, { pce });
  expect(isError, text).toBe(false);
  return {
    structured,
    text,
    items: structured.items.map((item) => [
      item['action'],
      item['sources'],
      item['destinations'],
      item['proto'],
      item['ports'],
    ]),
  };
}

describe('resolve-policy', () => {
  it('writes rules as addresses, blocks and ranges, deny rules too', async () => {
    const { items } = await rows([
      rule(1, 1, { consumers: [{ kind: 'ip_list', href: partner.href }], providers: by(web), services: tcp(443) }),
      rule(1, 2, { kind: 'override_deny', consumers: by(web), providers: by(db), services: tcp(20, 21) }),
    ]);
    expect(items).toEqual([
      ['allow', ['192.0.2.0/24', '198.51.100.7'], ['10.0.0.1-10.0.0.2', '10.0.0.9'], 'tcp', '443'],
      ['override_deny', ['10.0.0.1-10.0.0.2', '10.0.0.9'], ['10.0.0.4', '10.0.0.10'], 'tcp', '20-21'],
    ]);
  });

  it('keeps the labels of a group in a scope apart', async () => {
    const { items } = await rows(
      [rule(1, 1, { consumers: by(web), providers: by(db), services: tcp(5432) })],
      {},
      {
        scopes: [[{ kind: 'label_group', href: group.href, exclusion: false }]],
      },
    );
    expect(items).toEqual([
      ['allow', ['10.0.0.1-10.0.0.2'], ['10.0.0.4'], 'tcp', '5432'],
      ['allow', ['10.0.0.9'], ['10.0.0.10'], 'tcp', '5432'],
    ]);
  });

  it('leaves disabled rules out and refuses a ruleset that is not there', async () => {
    expect((await rows([rule(1, 1, { enabled: false })])).items).toEqual([]);
    const { structured } = await callTool(resolvePolicy, { ruleset: 'se' }, { pce: memoryPce({}) });
    expect(structured.error).toBe('not_found');
  });

  it('says which rules have no addresses', async () => {
    const names = ipList(2, 'SaaS', [], { fqdns: ['*.example.com'] });
    const pce = memoryPce({
      workloads,
      labels: [web],
      ipLists: [names],
      ruleSets: [
        ruleSet(1, 'set', [
          rule(1, 1, { consumers: by(web), providers: [{ kind: 'ip_list', href: names.href }], services: tcp(443) }),
        ]),
      ],
    });
    const { structured } = await callTool(resolvePolicy, {}, { pce });
    expect(structured.totals).toMatchObject({ rules: 1, rows: 0, unresolved: 1 });
    expect(structured['unresolved']).toEqual([expect.stringContaining('DNS names')]);
  });

  it('gives comma-separated text when asked', async () => {
    const { text } = await rows([rule(1, 1, { consumers: by(web), providers: by(db), services: tcp(5432) })], {
      format: 'csv',
    });
    expect(text).toContain('allow,"10.0.0.1-10.0.0.2; 10.0.0.9","10.0.0.4; 10.0.0.10",tcp,5432,set,');
  });
});
