import { afterAll, describe, expect, it } from 'vitest';
import { callTool } from '../../../test/catalogue/call.ts';
import { flowRow, type RowFacts } from '../../../test/catalogue/flow-rows.ts';
import {
  type Contents,
  ipList,
  label,
  memoryPce,
  rule,
  ruleSet,
  workload,
} from '../../../test/catalogue/memory-pce.ts';
import { FRAMEWORKS } from '../../analysis/compliance/frameworks.ts';
import { TESTS } from '../../analysis/compliance/tests.ts';
import { href } from '../../core/href.ts';
import type { Label, PceEvent, Rule, ServiceRef } from '../../model/inventory.ts';
import { flowTables } from '../../work/flow-tables.ts';
import complianceCheck from './compliance-check.ts';

const flows = flowTables();
afterAll(() => flows.close());

const L = {
  pay: label(1, 'app', 'pay'),
  crm: label(2, 'app', 'crm'),
  jump: label(3, 'app', 'jump'),
  prod: label(4, 'env', 'prod'),
  dev: label(5, 'env', 'dev'),
  web: label(6, 'role', 'web'),
  db: label(7, 'role', 'db'),
  host: label(8, 'role', 'jump-host'),
  dmz: label(9, 'zone', 'dmz'),
  quarantine: label(10, 'status', 'quarantine'),
};
const full = { mode: 'full', visibility: 'flow_summary' } as const;
const workloads = [
  workload(1, 'web1', [L.pay, L.prod, L.web], full),
  workload(2, 'db1', [L.pay, L.prod, L.db], full),
  workload(3, 'crm1', [L.crm, L.prod], full),
  workload(4, 'jump1', [L.jump, L.prod, L.host], full),
  workload(5, 'dev1', [L.crm, L.dev], full),
];
const any = ipList(1, 'Any (0.0.0.0/0 and ::/0)', ['0.0.0.0/0', '::/0']);
const ten = ipList(2, 'Ten', ['10.0.0.0/8']);
const by = (...labels: Label[]): Rule['providers'] =>
  labels.map((one) => ({ kind: 'label', href: one.href, exclusion: false }));
const from = (list: typeof any): Rule['providers'] => [{ kind: 'ip_list', href: list.href }];
const tcp = (port: number): readonly ServiceRef[] => [{ kind: 'ports', proto: 6, port, toPort: null }];
const everything: readonly ServiceRef[] = [{ kind: 'ports', proto: -1, port: null, toPort: null }];

const allow = (
  id: number,
  consumers: Rule['consumers'],
  providers: Rule['providers'],
  services: readonly ServiceRef[],
) => rule(1, id, { consumers, providers, services, description: 'CHG-1, owner ann' });
const RULES = [
  allow(1, by(L.crm, L.prod), by(L.web), tcp(443)),
  allow(2, by(L.web), by(L.db), tcp(5432)),
  allow(3, by(L.host), [{ kind: 'ams' }], tcp(22)),
  rule(1, 4, { kind: 'override_deny', consumers: by(L.quarantine), services: everything, description: 'isolation' }),
];

const end = (index: number) => {
  const { name, labels, interfaces } = workloads[index] ?? { name: '', labels: [], interfaces: [] };
  const ip = interfaces[0]?.address ?? '';
  // The href that the rows carry is the one the estate has: flow rows make theirs of the name.
  return {
    ip,
    name: `w${index + 1}`,
    shown: name,
    labels: Object.fromEntries(labels.map(({ key, value }) => [key, value])),
  };
};
const [WEB, DB, CRM, JUMP, DEV] = [0, 1, 2, 3, 4].map(end) as [Side, Side, Side, Side, Side];
type Side = ReturnType<typeof end>;
const flow = (source: RowFacts['from'], target: RowFacts['to'], port: number, policy = 'allowed') =>
  flowRow({ from: source, to: target, port, policy });
const FLOWS = [flow(CRM, WEB, 443), flow(WEB, DB, 5432), flow(JUMP, DB, 22)];

const event = (createdBy: string): PceEvent => ({
  href: href('/orgs/1/events/1'),
  type: 'sec_policy.create',
  timestamp: '2025-06-01T00:00:00Z',
  severity: 'info',
  status: 'success',
  createdBy,
  pceFqdn: null,
  notifications: [],
  resourceChanges: 1,
});

const CLEAN: Contents = {
  labels: Object.values(L),
  workloads,
  ipLists: [any, ten],
  ruleSets: [ruleSet(1, 'rules', RULES)],
  flows: FLOWS,
  events: [event('ann@example.com')],
};

const check = (contents: Contents, framework: string) =>
  callTool(complianceCheck, { framework, app_name: 'pay', env_name: 'prod' }, { pce: memoryPce(contents), flows });

/** `PASS` and the like by test, over all frameworks. */
async function verdicts(contents: Contents): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const framework of ['pci-dss', 'nist', 'general']) {
    const { structured, text } = await check(contents, framework);
    expect(structured.items, text).toBeDefined();
    for (const item of structured.items)
      for (const test of item['tests'] as readonly string[]) {
        const [id = '', verdict = ''] = test.split(' ');
        found[id] = verdict;
      }
  }
  return found;
}

const withRules = (...more: readonly Rule[]): Contents => ({
  ...CLEAN,
  ruleSets: [ruleSet(1, 'rules', [...RULES, ...more])],
});
const withFlow = (...more: readonly object[]): Contents => ({ ...CLEAN, flows: [...FLOWS, ...more] });
const withHost = (index: number, over: object): Contents => ({
  ...CLEAN,
  workloads: workloads.map((one, i) => (i === index ? { ...one, ...over } : one)),
});
const stranger = { ip: '10.9.9.9' };

/** Each violation, and the test that must tell it. */
const VIOLATIONS: readonly (readonly [test: keyof typeof TESTS, what: string, planted: Contents])[] = [
  [
    'T1',
    'a host without labels that talks to the scope',
    {
      ...CLEAN,
      workloads: [...workloads, workload(6, 'lost', [])],
      flows: [...FLOWS, flow({ ip: '10.0.0.6', name: 'w6' }, WEB, 443)],
    },
  ],
  ['T2', 'a host in visibility_only', withHost(0, { mode: 'visibility_only' })],
  ['T2', 'a selective host without a deny of everything', withHost(0, { mode: 'selective' })],
  ['T3', 'a rule out to anywhere', withRules(allow(9, by(L.web), from(any), tcp(443)))],
  ['T3', 'a host that does not filter outbound', withHost(1, { mode: 'selective' })],
  ['T4', 'a source of a /8', withRules(allow(9, from(ten), by(L.db), tcp(5432)))],
  ['T5', 'Telnet in use', withFlow(flow(CRM, DB, 23))],
  ['T6', 'a rule from dev to prod', withRules(allow(9, by(L.crm, L.dev), by(L.db), tcp(5432)))],
  ['T6', 'traffic from dev to prod', withFlow(flow(DEV, DB, 5432, 'potentially_blocked'))],
  ['T7', 'SSH past the jump host', withFlow(flow(CRM, DB, 22))],
  ['T8', 'a rule without a description', withRules({ ...allow(9, by(L.web), by(L.db), tcp(1)), description: null })],
  ['T9', 'a change by nobody', { ...CLEAN, events: [event('')] }],
  ['T10', 'flows whose other end has no name', withFlow(flow(WEB, { ip: '10.7.7.7' }, 8443))],
  ['T11', 'a host that logs only what it blocks', withHost(1, { visibility: 'flow_drops' })],
  ['T12', 'no rule for the quarantine label', { ...CLEAN, ruleSets: [ruleSet(1, 'rules', RULES.slice(0, 3))] }],
  ['T13', 'an unknown internal host', withFlow(flow(stranger, WEB, 443))],
  ['T14', 'a rule from the internet outside of the DMZ', withRules(allow(9, from(any), by(L.db), tcp(443)))],
  ['T14', 'traffic from the internet', withFlow(flow({ ip: '8.8.8.8' }, DB, 5432))],
];

describe('compliance-check', () => {
  it('passes every test on a clean estate', async () => {
    const found = await verdicts(CLEAN);
    expect(found).toEqual(Object.fromEntries(Object.keys(TESTS).map((id) => [id, 'PASS'])));
  });

  it.each(VIOLATIONS)('%s fails with %s', async (test, _what, planted) => {
    expect((await verdicts(planted))[test]).toBe('FAIL');
  });

  it('accepts selective mode with a deny of everything, and the DMZ in the internet', async () => {
    const deny = rule(1, 9, { kind: 'deny', consumers: from(any), providers: by(L.pay, L.prod), services: everything });
    expect(
      (await verdicts({ ...withHost(0, { mode: 'selective' }), ruleSets: withRules(deny).ruleSets ?? [] }))['T2'],
    ).toBe('PASS');
    const inDmz = { ...withHost(0, { labels: [...(workloads[0]?.labels ?? []), L.dmz] }) };
    const opened = { ...inDmz, ruleSets: withRules(allow(9, from(any), by(L.web), tcp(443))).ruleSets ?? [] };
    expect(await verdicts(opened)).toMatchObject({ T14: 'PASS', T4: 'WARNING' });
  });

  it.each(Object.entries(FRAMEWORKS))(
    '%s names its controls and says what cannot be tested',
    async (name, { controls }) => {
      const { structured } = await check(CLEAN, name);
      expect(structured.items.map(({ id }) => id)).toEqual(controls.map(({ id }) => id));
      for (const item of structured.items)
        expect(item['status']).toBe((item['tests'] as readonly string[]).length === 0 ? 'NOT_TESTABLE' : 'PASS');
      expect(structured['compliance_score']).toBe(100);
      expect(structured['limits']).toContain('Segmentation controls scope; the assessor decides compliance.');
    },
  );

  // A control counts as automated only when each of its tests has a planted violation that fails it, and it passes without.
  it.each(Object.entries(FRAMEWORKS))(
    '%s: every automated control fails with a violation of each of its tests, and passes without',
    async (name, { controls }) => {
      const findings = async (planted: Contents) =>
        new Map((await check(planted, name)).structured.items.map((item) => [item['id'], item]));
      const clean = await findings(CLEAN);
      const failedBy = new Map<string, Set<string>>();
      for (const [test, , planted] of VIOLATIONS) {
        const found = await findings(planted);
        for (const { id, tests } of controls)
          if (tests.length === 0) expect(found.get(id)?.['status']).toBe('NOT_TESTABLE');
          else if (found.get(id)?.['status'] === 'FAIL' && String(found.get(id)?.['tests']).includes(`${test} FAIL`))
            failedBy.set(id, (failedBy.get(id) ?? new Set<string>()).add(test));
      }
      const automated = controls.filter(({ tests }) => tests.length > 0);
      expect(automated.length).toBeGreaterThan(0);
      for (const { id, tests } of automated) {
        const passing = clean.get(id);
        expect(passing?.['status'], id).toBe('PASS');
        // What passes names what was examined, too.
        expect([passing?.['objects'], passing?.['sample_flows']].flat().length, id).toBeGreaterThan(0);
        expect([...(failedBy.get(id) ?? [])], id).toEqual(expect.arrayContaining([...tests]));
      }
    },
  );

  it('has a violation for every test, and a framework for every test', () => {
    const all = Object.keys(TESTS).toSorted();
    expect([...new Set(VIOLATIONS.map(([test]) => test))].toSorted()).toEqual(all);
    const used = Object.values(FRAMEWORKS).flatMap(({ controls }) => controls.flatMap(({ tests }) => tests));
    expect([...new Set<string>(used)].toSorted()).toEqual(all);
    expect(all).toEqual(Array.from({ length: 14 }, (_, index) => `T${index + 1}`).toSorted());
  });

  it('names objects and sample flows of what fails', async () => {
    const { structured } = await check(withFlow(flow(CRM, DB, 23)), 'general');
    const finding = structured.items.find(({ id }) => id === 'SEG-3');
    expect(finding).toMatchObject({ status: 'FAIL', detail: 'T5: Telnet in use', objects: ['w2'] });
    expect(finding?.['sample_flows']).toEqual(['w3 → w2 23/tcp allowed']);
  });

  it('refuses a scope that does not exist, never widening to everything', async () => {
    const { structured } = await callTool(complianceCheck, { app_name: 'paym' }, { pce: memoryPce(CLEAN), flows });
    expect(structured.error).toBe('label_not_found');
  });
});
