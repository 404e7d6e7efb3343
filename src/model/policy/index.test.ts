import { expect, it } from 'vitest';
import type { Href } from '../../core/href.ts';
import type { Actor } from '../inventory.ts';
import type { Decision, FlowQuestion } from './decision.ts';
import { compilePolicy, decide, draftDecision, reportedAt } from './index.ts';
import { OPEN_POINTS } from './open-points.ts';
import type { PolicySource, SourceRule, SourceWorkload } from './source.ts';

/** What decisions say beyond the verdict. The verdicts themselves are checked in test/oracle. */

const label = (name: string): Actor => ({ kind: 'label', href: `/labels/${name}` as Href, exclusion: false });
const list = (name: string): Actor => ({ kind: 'ip_list', href: `/ip_lists/${name}` as Href });

const rule = (id: string, over: Partial<SourceRule>): SourceRule => ({
  href: `/rules/${id}` as Href,
  kind: 'allow',
  enabled: true,
  providers: [label('db')],
  consumers: [label('web')],
  services: [{ kind: 'ports', proto: 6, port: 5432, toPort: null }],
  unscopedConsumers: false,
  resolveLabelsAs: { providers: ['workloads'], consumers: ['workloads'] },
  consumingSecurityPrincipals: [],
  networkType: 'brn',
  useWorkloadSubnets: [],
  stateless: false,
  allIpsExceptFor: [],
  ...over,
});
const workload = (id: string, role: string, over: Partial<SourceWorkload> = {}): SourceWorkload => ({
  href: `/workloads/${id}` as Href,
  managed: true,
  mode: 'full',
  labels: [`/labels/${role}` as Href],
  addresses: [id === 'web' ? '10.0.0.1' : '10.0.0.2'],
  publicIp: null,
  subnets: [],
  os: null,
  endpoint: false,
  ...over,
});
const source = (rules: readonly SourceRule[], over: Partial<PolicySource> = {}): PolicySource => ({
  labels: ['web', 'db'].map((value) => ({ href: `/labels/${value}` as Href, key: 'role', value })),
  labelGroups: [],
  ipLists: [
    {
      href: '/ip_lists/any' as Href,
      name: 'Any',
      ranges: [{ from: '0.0.0.0/0', to: null, exclusion: false, description: null }],
      fqdns: [],
    },
    { href: '/ip_lists/names' as Href, name: 'names', ranges: [], fqdns: ['*.example.com'] },
  ],
  services: [],
  ruleSets: [{ href: '/rule_sets/1' as Href, name: 'set', enabled: true, scopes: [[]], rules }],
  boundaries: [],
  virtualServices: [],
  workloads: [workload('web', 'web'), workload('db', 'db')],
  pce: null,
  ...over,
});
const SQL: FlowQuestion = { src: { ip: '10.0.0.1' }, dst: { ip: '10.0.0.2' }, proto: 6, port: 5432 };
const ask = (policy: PolicySource, over: Partial<FlowQuestion> = {}): Decision =>
  decide(compilePolicy(policy), { ...SQL, ...over });

it('names every rule that allows, in the order of the policy, and those that lost', () => {
  const { ends, rules } = ask(
    source([rule('b', {}), rule('no', { kind: 'deny' }), rule('a', { consumers: [{ kind: 'ams' }] })]),
  );
  expect(rules).toEqual(['/rules/b', '/rules/a']);
  expect(ends.destination).toEqual({
    workload: '/workloads/db',
    mode: 'full',
    verdict: 'allowed',
    class: 'allow',
    rules: ['/rules/b', '/rules/a'],
    runnersUp: [{ rule: '/rules/no', class: 'deny' }],
    maybe: [],
    crossesBoundary: true,
  });
});

it('says which rule a "maybe" hangs on', () => {
  const principal = '/security_principals/dba' as Href;
  const policy = source([rule('dba', { consumingSecurityPrincipals: [principal] })]);
  const decision = ask(policy);
  expect([decision.verdict, decision.at, decision.class, decision.rules]).toEqual([
    'maybe',
    'source',
    null,
    ['/rules/dba'],
  ]);
  expect(decision.ends.source?.maybe).toEqual(['/rules/dba']);
  expect(ask(policy, { userGroups: [principal] }).verdict).toBe('allowed');
  expect(ask(policy, { userGroups: [] }).verdict).toBe('blocked');
});

it('names the choices it leaned on, and none where the documentation settles the case', () => {
  expect(ask(source([rule('sql', {})])).notes).toEqual([]);
  const seeded = rule('out', { providers: [list('any')], consumers: [{ kind: 'ams' }] });
  expect(ask(source([seeded, rule('sql', {})])).notes).toEqual([]);
  const named = { kind: 'workload', href: '/workloads/web' as Href } as const;
  const notesOf = (over: Partial<SourceRule>, asked: Partial<FlowQuestion> = {}) =>
    ask(source([rule('r', over)]), asked).notes;
  expect(notesOf({ consumers: [label('db'), named] })).toContain('open-labels-and-workload-in-one-list');
  expect(notesOf({ consumers: [label('db'), { kind: 'ams' }] })).toContain('open-ams-and-label-in-one-list');
  expect(notesOf({ stateless: true })).toContain('open-stateless-opposite-direction');
  expect(notesOf({ providers: [list('names')] })).toContain('open-fqdn-unknown-in-the-flow');
  expect(notesOf({ consumers: [list('any')] })).toContain('open-draft-view-ip-list-between-workloads');
  expect(notesOf({}, { proto: 17, port: 53 })).toContain('open-essential-dns');
});

it('says that a name in a list did not count, and that a named workload was outside the scope', () => {
  const asked = { src: { ip: '10.0.0.1' }, dst: { ip: '192.0.2.1', fqdn: 'a.example.com' } };
  const deny = ask(source([rule('no', { kind: 'deny', providers: [list('names')] })]), asked);
  expect([deny.class, deny.notes]).toEqual(['default', ['open-fqdn-in-deny-rules']]);
  const outside = source([], {
    ruleSets: [
      {
        href: '/rule_sets/1' as Href,
        name: 'set',
        enabled: true,
        scopes: [[{ kind: 'label', href: '/labels/db' as Href, exclusion: false }]],
        rules: [rule('r', { consumers: [{ kind: 'workload', href: '/workloads/web' as Href }] })],
      },
    ],
  });
  expect([ask(outside).verdict, ask(outside).notes]).toEqual(['blocked', ['open-named-workload-outside-scope']]);
});

it('says that a scope "all but" may have kept a rule from matching', () => {
  const scopes = [[{ kind: 'label', href: '/labels/prod' as Href, exclusion: true }]] as const;
  const labels = ['dev', 'qa', 'prod'].map((value) => ({ href: `/labels/${value}` as Href, key: 'env', value }));
  const all = rule('all', { providers: [{ kind: 'ams' }], consumers: [{ kind: 'ams' }] });
  const policy = source([], {
    labels,
    ruleSets: [{ href: '/rule_sets/1' as Href, name: 'set', enabled: true, scopes, rules: [all] }],
    workloads: [workload('web', 'dev'), workload('db', 'qa')],
  });
  expect(ask(policy).verdict).toBe('blocked');
  expect(ask(policy).notes).toContain('open-exclusion-in-scope-crosses-labels');
});

it('notes that several workloads have an address, and takes the first managed one', () => {
  const twins = [
    workload('web', 'web'),
    workload('ghost', 'db', { managed: false }),
    workload('db', 'db'),
    workload('late', 'web', { addresses: ['10.0.0.2'] }),
  ];
  const decision = ask(source([rule('sql', {})], { workloads: twins }));
  expect(decision.ends.destination?.workload).toBe('/workloads/db');
  expect(decision.notes).toContain('open-ambiguous-address');
});

it('reports what each VEN would, and nothing where none runs', () => {
  const policy = compilePolicy(
    source([rule('no', { kind: 'override_deny' })], {
      workloads: [workload('web', 'web', { managed: false }), workload('db', 'db', { mode: 'selective' })],
    }),
  );
  expect(reportedAt(policy, SQL, 'source')).toEqual({ decision: 'unknown', boundary: null });
  expect(reportedAt(policy, SQL, 'destination')).toEqual({ decision: 'blocked', boundary: 'blocked_by_override_deny' });
  expect(draftDecision(policy, SQL)).toBe('blocked_by_override_deny');
});

it('takes what it cannot read for a bare address without a rule', () => {
  const policy = source([rule('any', { providers: [list('any')] })]);
  const { verdict, ends } = ask(policy, { dst: { ip: 'not an address', workload: '/workloads/gone' as Href } });
  expect(verdict).toBe('blocked');
  expect(ends.destination).toBeNull();
});

it('a reference to an object that is not there matches nobody', () => {
  const gone = { kind: 'label_group', href: '/label_groups/gone' as Href, exclusion: false } as const;
  expect(ask(source([rule('r', { consumers: [label('web'), gone] })])).verdict).toBe('blocked');
  expect(ask(source([rule('r', { consumers: [list('gone')] })])).verdict).toBe('blocked');
  expect(ask(source([rule('r', { services: [{ kind: 'service', href: '/services/gone' as Href }] })])).verdict).toBe(
    'blocked',
  );
});

it('every note is an open point with an explanation', () => {
  for (const [id, text] of Object.entries(OPEN_POINTS)) {
    expect(id).toMatch(/^open-[a-z-]+$/);
    expect(text).toMatch(/^[A-Z].*\.$/);
  }
});
