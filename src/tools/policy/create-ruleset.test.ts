import { describe, expect, it } from 'vitest';
import { draftOf, policyWorld } from '../../../test/changes/policy-world.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { LABEL } from '../../simulator/testing/tiny-estate.ts';
import createRuleset from './create-ruleset.ts';

const { ok, refused, desk, pce, read, sent } = await policyWorld([createRuleset]);
const label = (id: number) => ({ label: { href: `/orgs/1/labels/${id}` } });
const included = (id: number) => ({ ...label(id), exclusion: false });
const CRM = {
  name: 'CRM | dev',
  description: 'for developers',
  scopes: [['app=CRM', 'env=Dev']],
  rules: [
    { consumers: ['role=Web'], providers: ['role=DB'], ingress_services: [{ port: 5432, proto: 'tcp' }] },
    {
      consumers: ['env=Prod'],
      providers: ['ams'],
      ingress_services: [{ service: 'All Services' }],
      rule_type: 'deny',
      unscoped_consumers: true,
    },
    { consumers: ['iplist:Offices'], providers: ['ams'], ingress_services: [{ port: 23 }], rule_type: 'override_deny' },
  ],
};

describe('create-ruleset', () => {
  it('plans first and sends nothing, then makes ruleset and rules in one plan, and takes all of it back', async () => {
    await sent();
    const planned = await ok('create-ruleset', { ...CRM, dry_run: true });
    expect([planned.structured.answer, planned.structured.items.map(({ request }) => request), await sent()]).toEqual([
      expect.stringMatching(
        /^Planned, nothing sent: create ruleset CRM \| dev for app=CRM env=Dev with 3 rules \(4 requests\)\. /,
      ),
      ['POST /orgs/1/sec_policy/draft/rule_sets', 'POST {1}/sec_rules', 'POST {1}/deny_rules', 'POST {1}/deny_rules'],
      [],
    ]);
    const plan = String(planned.structured['plan_id']);
    const { outcomes } = await desk.apply(plan);
    const href = outcomes[0]?.href ?? '';
    expect(await read(href)).toMatchObject({
      name: 'CRM | dev',
      description: 'for developers',
      enabled: true,
      scopes: [[included(LABEL.crm), included(LABEL.dev)]],
      rules: [{ consumers: [label(LABEL.web)], ingress_services: [{ port: 5432, proto: 6 }] }],
      deny_rules: [
        { override: false, unscoped_consumers: true, ingress_services: [{ href: draftOf('services', 1) }] },
        { override: true, consumers: [{ ip_list: { href: draftOf('ip_lists', 2) } }] },
      ],
    });
    await sent();
    const undone = await desk.undo(plan, { dryRun: false });
    expect([undone.state, undone.plan.warnings, await read(href)]).toEqual(['applied', [], null]);
    expect(await sent()).toEqual([`DELETE ${href}`]);
  });

  it('is not taken back over a rule that somebody else put in since', async () => {
    const { structured } = await ok('create-ruleset', { ...CRM, name: 'Shared' });
    const { href } = structured['ruleset'] as { readonly href: string };
    const { rules } = (await read(href)) as { readonly rules: readonly { readonly [field: string]: JsonValue }[] };
    const { enabled, providers, consumers, ingress_services, resolve_labels_as } = rules[0] ?? {};
    const body = { enabled, providers, consumers, ingress_services, resolve_labels_as } as JsonObject;
    await pce.send({ method: 'POST', path: `${href}/sec_rules`, body });
    await expect(desk.undo(String(structured['plan_id']), { dryRun: false })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await read(href)).toMatchObject({ rules: [{}, {}] });
  });

  it('answers hrefs and words of everything it made', async () => {
    const { structured, text } = await ok('create-ruleset', { ...CRM, name: 'Answered' });
    const href = expect.stringMatching(/^\/orgs\/1\/sec_policy\/draft\/rule_sets\/\d+\/(sec|deny)_rules\/\d+$/);
    expect(structured['ruleset']).toMatchObject({
      name: 'Answered',
      description: 'for developers',
      href: expect.stringMatching(/rule_sets\/\d+$/),
      rules: [
        { href, rule_type: 'allow', providers: ['role=DB'], consumers: ['role=Web'], services: ['5432/tcp'] },
        { href, rule_type: 'deny', consumers: ['env=Prod'], services: ['All Services'], unscoped_consumers: true },
        { href, rule_type: 'override_deny', consumers: ['iplist:Offices'], services: ['23/tcp'] },
      ],
    });
    expect(text).toContain('create rule: allow role=Web -> role=DB on 5432/tcp');
  });

  it('takes every form of a scope entry; either-or becomes two scopes', async () => {
    const { structured } = await ok('create-ruleset', {
      name: 'Forms',
      scopes: [
        [`/orgs/1/labels/${LABEL.crm}`, { key: 'env', value: 'Dev' }],
        ['app=Ordering|CRM loc=Frankfurt'],
        [{ href: `/orgs/1/labels/${LABEL.prod}` }, 'app!=CRM'],
        ['group:Everything live'],
      ],
    });
    const { href } = structured['ruleset'] as { readonly href: string };
    expect(await read(href)).toMatchObject({
      scopes: [
        [included(LABEL.crm), included(LABEL.dev)],
        [included(LABEL.ordering), included(LABEL.fra)],
        [included(LABEL.crm), included(LABEL.fra)],
        [included(LABEL.prod), { ...label(LABEL.crm), exclusion: true }],
        [{ label_group: { href: expect.stringContaining('/draft/label_groups/') }, exclusion: false }],
      ],
    });
  });

  it('says what is wide about it before it happens', async () => {
    const rule = { consumers: ['ams'], providers: ['any'], ingress_services: [{ service: 'All Services' }] };
    const { structured } = await ok('create-ruleset', { name: 'All', scopes: [[]], rules: [rule], dry_run: true });
    const words = '(ams -> iplist:"Any (0.0.0.0/0 and ::/0)" on All Services)';
    expect(structured['widening']).toEqual([
      'the scope is everything',
      `1 allow rule from any to any ${words}`,
      `1 allow rule on every service ${words}`,
    ]);
  });

  it.for([
    ['a scope label that is not there', { scopes: [['app=CRM', 'env=Staging']] }, 'label_not_found'],
    ['no scopes', { scopes: [] }, 'invalid_arguments'],
    ['a key twice in a scope', { scopes: [['env=Dev', 'env=Prod']] }, 'invalid_arguments'],
    ['an IP list as scope', { scopes: [['iplist:Offices']] }, 'invalid_arguments'],
    ['an empty scope label', { scopes: [['']] }, 'invalid_expression'],
    [
      'a rule whose label is not there',
      { rules: [{ ...CRM.rules[0], consumers: ['role=Nobody'] }] },
      'label_not_found',
    ],
    ['a name that is taken', { name: 'Ordering' }, 'already_exists'],
  ] as const)('refuses %s before anything is sent', async ([, args, code]) => {
    await sent();
    expect([(await refused('create-ruleset', { ...CRM, name: 'Bad', ...args })).error, await sent()]).toEqual([
      code,
      [],
    ]);
  });

  it('does not take a longer name for the same', async () => {
    await ok('create-ruleset', { name: 'Order', scopes: [['app=CRM']] });
  });
});
