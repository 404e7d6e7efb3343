import { describe, expect, it } from 'vitest';
import { href } from '../core/href.ts';
import type { Actor, ScopeEntry, ServiceRef } from '../model/inventory.ts';
import { type RefWords, type RuleShape, ruleSetWidening, ruleWidening } from './widening-rules.ts';

/** References are named after what they are: `/env/prod` is the label env=prod. */
const label = (name: string, exclusion = false): ScopeEntry => ({ kind: 'label', href: href(`/${name}`), exclusion });
const list = (name: string): Actor => ({ kind: 'ip_list', href: href(`/ip_lists/${name}`) });
const AMS: Actor = { kind: 'ams' };
const service = (name: string): ServiceRef => ({ kind: 'service', href: href(`/services/${name}`) });

const nameOf = (actor: Actor): string =>
  'href' in actor ? `${'exclusion' in actor && actor.exclusion ? '!' : ''}${actor.href.slice(1)}` : actor.kind;
const WORDS: RefWords = {
  actor: (actor) => (nameOf(actor) === 'ip_lists/any' ? 'iplist:"Any (0.0.0.0/0 and ::/0)"' : nameOf(actor)),
  service: (ref) => (ref.kind === 'service' ? ref.href.slice('/services/'.length) : String(ref.port)),
  scope: (entries) => entries.map(nameOf).join(' ') || 'all',
  keyOf: (target) => target.split('/')[1] ?? null,
  isEveryService: (ref) => ref.kind === 'service' && ref.href === '/services/all',
};

const RULE: RuleShape = {
  kind: 'allow',
  enabled: true,
  consumers: [label('role/web')],
  providers: [label('role/db')],
  services: [service('pg')],
  egressServices: [],
  unscopedConsumers: false,
};
const DENY: RuleShape = { ...RULE, kind: 'deny' };

describe('an allow rule', () => {
  it.for<
    readonly [
      what: string,
      before: Partial<RuleShape> | null,
      after: Partial<RuleShape> | null,
      told: readonly string[],
    ]
  >([
    ['is made', null, {}, []],
    ['is removed', {}, null, []],
    ['is made disabled', null, { enabled: false, consumers: [AMS], providers: [AMS] }, []],
    [
      'is made from any to any',
      null,
      { consumers: [AMS], providers: [list('any')] },
      ['an allow rule from any to any'],
    ],
    [
      'is made on every service',
      null,
      { services: [service('all')] },
      ['an allow rule on every service (role/web -> role/db on all)'],
    ],
    [
      'is made for outside',
      null,
      { unscopedConsumers: true },
      ['an allow rule for sources outside the scope (role/web -> role/db on pg)'],
    ],
    ['is enabled', { enabled: false }, {}, ['an allow rule is enabled (role/web -> role/db on pg)']],
    ['is disabled', {}, { enabled: false }, []],
    [
      'gets another value of a key',
      {},
      { consumers: [label('role/web'), label('role/app')] },
      ["a rule's sources get role/app"],
    ],
    ['gets another condition', {}, { consumers: [label('role/web'), label('env/prod')] }, []],
    [
      'loses a condition',
      { providers: [label('role/db'), label('env/prod')] },
      {},
      ["a rule's destinations lose the condition env/prod"],
    ],
    ['loses a value of a key', { consumers: [label('role/web'), label('role/app')] }, {}, []],
    [
      'loses an exclusion',
      { consumers: [label('role/web'), label('env/dev', true)] },
      {},
      ["a rule's sources lose the condition !env/dev"],
    ],
    [
      'has an excluded label included',
      { consumers: [label('env/dev', true)] },
      { consumers: [label('env/dev')] },
      ["a rule's sources get env/dev"],
    ],
    [
      'gets an IP list',
      {},
      { consumers: [label('role/web'), list('office')] },
      ["a rule's sources get ip_lists/office"],
    ],
    [
      'gets labels beside an IP list',
      { consumers: [list('office')] },
      { consumers: [list('office'), label('role/web'), label('env/prod')] },
      ["a rule's sources get role/web env/prod"],
    ],
    ['goes from a label to every workload', {}, { consumers: [AMS] }, ["a rule's sources get ams"]],
    ['goes from every workload to a label', { consumers: [AMS] }, {}, []],
    [
      'becomes any to any',
      { consumers: [AMS] },
      { consumers: [AMS], providers: [AMS] },
      ["a rule's destinations get ams", 'an allow rule from any to any'],
    ],
    ['gets a service', {}, { services: [service('pg'), service('ssh')] }, ['a rule gets the service ssh']],
    ['had every service', { services: [service('all')] }, {}, []],
    ['gets sources outside the scope', {}, { unscopedConsumers: true }, ['a rule gets sources outside the scope']],
    [
      'loses its egress limit',
      { egressServices: [service('updater')] },
      {},
      ['a rule loses its limit to egress services'],
    ],
  ])('that %s', ([, before, after, told]) => {
    const shape = (change: Partial<RuleShape> | null) => change && { ...RULE, ...change };
    expect(ruleWidening(shape(before), shape(after), WORDS)).toEqual(told);
  });
});

describe('a deny rule', () => {
  it.for<
    readonly [
      what: string,
      before: Partial<RuleShape> | null,
      after: Partial<RuleShape> | null,
      told: readonly string[],
    ]
  >([
    ['is made', null, { consumers: [AMS], providers: [AMS] }, []],
    ['is removed', {}, null, ['a deny rule is removed (role/web -> role/db on pg)']],
    ['is removed while disabled', { enabled: false }, null, []],
    ['is disabled', {}, { enabled: false }, ['a deny rule is disabled (role/web -> role/db on pg)']],
    [
      'is no override any more',
      { kind: 'override_deny' },
      {},
      ['an override deny becomes a deny that allow rules win over (role/web -> role/db on pg)'],
    ],
    ['becomes an override', {}, { kind: 'override_deny' }, []],
    [
      'blocks fewer sources',
      { consumers: [label('role/web'), label('role/app')] },
      {},
      ['a deny rule no longer blocks role/app as source'],
    ],
    [
      'gets a condition',
      {},
      { providers: [label('role/db'), label('env/prod')] },
      ['a deny rule blocks only destinations with env/prod from now on'],
    ],
    ['blocks more', {}, { consumers: [AMS], services: [service('all')] }, []],
    ['loses a service', { services: [service('pg'), service('ssh')] }, {}, ['a deny rule no longer blocks ssh']],
    [
      'loses sources outside the scope',
      { unscopedConsumers: true },
      {},
      ['a deny rule no longer blocks sources outside the scope'],
    ],
  ])('that %s', ([, before, after, told]) => {
    const shape = (change: Partial<RuleShape> | null) => change && { ...DENY, ...change };
    expect(ruleWidening(shape(before), shape(after), WORDS)).toEqual(told);
  });
});

describe('a ruleset', () => {
  const scopes = (...alternatives: readonly (readonly string[])[]) =>
    alternatives.map((scope) => scope.map((name) => label(name)));
  const A = scopes(['app/a', 'env/prod']);

  it.for<
    readonly [
      what: string,
      before: ReturnType<typeof scopes>,
      after: ReturnType<typeof scopes>,
      told: readonly string[],
    ]
  >([
    ['loses a label', A, scopes(['app/a']), ['the scope app/a env/prod loses env/prod']],
    ['gets an alternative', A, scopes(['app/a', 'env/prod'], ['app/b']), ['the scope gets the alternative app/b']],
    ['changes a label', A, scopes(['app/a', 'env/dev']), ['the scope gets the alternative app/a env/dev']],
    ['becomes everything', A, [[]], ['the scope is everything']],
    ['becomes everything by having none', A, [], ['the scope is everything']],
    ['gets a label', scopes(['app/a']), A, []],
    ['loses an alternative', scopes(['app/a'], ['app/b']), scopes(['app/b']), []],
    [
      'has them in another order',
      scopes(['app/a', 'env/prod'], ['app/b']),
      scopes(['app/b'], ['env/prod', 'app/a']),
      [],
    ],
    ['was everything', [[]], A, []],
  ])('whose scope %s', ([, before, after, told]) => {
    const shape = (given: typeof before) => ({ enabled: true, scopes: given, rules: [RULE] });
    expect(ruleSetWidening(shape(before), shape(after), WORDS)).toEqual(told);
  });

  it('whose deny rules stop, by the scope, by the switch or by going away', () => {
    const before = { enabled: true, scopes: scopes(['app/a']), rules: [RULE, DENY, { ...DENY, enabled: false }] };
    expect(ruleSetWidening(before, { ...before, scopes: A }, WORDS)).toEqual([
      'no longer covered by 1 deny rule: app/a',
    ]);
    expect(ruleSetWidening(before, { ...before, enabled: false }, WORDS)).toEqual([
      'with the ruleset, 1 deny rule is disabled',
    ]);
    expect(ruleSetWidening(before, null, WORDS)).toEqual(['with the ruleset, 1 deny rule is removed']);
    expect(ruleSetWidening({ ...before, enabled: false }, null, WORDS)).toEqual([]);
  });

  it('whose allow rules start', () => {
    const before = { enabled: false, scopes: A, rules: [RULE, DENY] };
    expect(ruleSetWidening(before, { ...before, enabled: true }, WORDS)).toEqual([
      'with the ruleset, 1 allow rule is enabled',
    ]);
  });

  it('that is new: what is wide about it, a hundred rules of a kind as one', () => {
    const wide = { ...RULE, services: [service('all')] };
    const rules = [...Array.from({ length: 7 }, () => wide), { ...RULE, consumers: [AMS], providers: [AMS] }, DENY];
    const words = 'role/web -> role/db on all';
    expect(ruleSetWidening(null, { enabled: true, scopes: [[]], rules }, WORDS)).toEqual([
      'the scope is everything',
      '1 allow rule from any to any (ams -> ams on pg)',
      `7 allow rules on every service (${[words, words, words, words, words].join('; ')} and 2 more)`,
    ]);
    expect(ruleSetWidening(null, { enabled: true, scopes: A, rules: [RULE, DENY] }, WORDS)).toEqual([]);
  });
});
