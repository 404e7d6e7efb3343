import { describe, expect, it } from 'vitest';
import applyPlan from '../../src/tools/lifecycle/apply-plan.ts';
import undoChange from '../../src/tools/lifecycle/undo-change.ts';
import createDenyRule from '../../src/tools/policy/create-deny-rule.ts';
import createIplist from '../../src/tools/policy/create-iplist.ts';
import createRule from '../../src/tools/policy/create-rule.ts';
import createRuleset from '../../src/tools/policy/create-ruleset.ts';
import createService from '../../src/tools/policy/create-service.ts';
import deleteDenyRule from '../../src/tools/policy/delete-deny-rule.ts';
import deleteIplist from '../../src/tools/policy/delete-iplist.ts';
import deleteRuleset from '../../src/tools/policy/delete-ruleset.ts';
import deleteSecRule from '../../src/tools/policy/delete-sec-rule.ts';
import deleteService from '../../src/tools/policy/delete-service.ts';
import findRules from '../../src/tools/policy/find-rules.ts';
import getIplists from '../../src/tools/policy/get-iplists.ts';
import getRulesets from '../../src/tools/policy/get-rulesets.ts';
import getServices from '../../src/tools/policy/get-services.ts';
import updateDenyRule from '../../src/tools/policy/update-deny-rule.ts';
import updateIplist from '../../src/tools/policy/update-iplist.ts';
import updateRuleset from '../../src/tools/policy/update-ruleset.ts';
import updateSecRule from '../../src/tools/policy/update-sec-rule.ts';
import updateService from '../../src/tools/policy/update-service.ts';
import type { Called } from '../catalogue/call.ts';
import { draftOf, policyWorld } from './policy-world.ts';

const { ok, sent } = await policyWorld([
  createIplist,
  updateIplist,
  deleteIplist,
  getIplists,
  createService,
  updateService,
  deleteService,
  getServices,
  createRuleset,
  updateRuleset,
  deleteRuleset,
  getRulesets,
  createRule,
  updateSecRule,
  deleteSecRule,
  createDenyRule,
  updateDenyRule,
  deleteDenyRule,
  findRules,
  applyPlan,
  undoChange,
]);

const RULE = { consumers: ['role=Web'], providers: ['role=DB'], ingress_services: [{ port: 6000 }] };
const ORDERING = { ruleset_name: 'Ordering' };
const hrefOf = ({ structured }: Called): string => {
  const { href, rule, ruleset, service } = structured as Readonly<
    Record<string, { readonly href?: string } | string | undefined>
  >;
  for (const one of [href, rule, ruleset, service]) {
    if (typeof one === 'string') return one;
    if (one?.href !== undefined) return one.href;
  }
  throw new Error('no href');
};

/** What a person would do with each kind of object: make it, read it back, change it, delete it. */
const KINDS = [
  {
    kind: 'iplist',
    create: { name: 'Lab', ip_ranges: [{ from_ip: '10.7.0.0/16' }] },
    change: { description: 'of the lab' },
    read: ['get-iplists', { name: 'Lab' }],
  },
  {
    kind: 'service',
    create: { name: 'Tomcat', service_ports: [{ proto: 'tcp', port: 8080 }] },
    change: { service_ports: [{ proto: 'tcp', port: 8443 }] },
    read: ['get-services', { name: 'Tomcat' }],
  },
  {
    kind: 'ruleset',
    create: { name: 'CRM', scopes: [['app=CRM']], rules: [RULE] },
    change: { enabled: false },
    read: ['get-rulesets', { name: 'CRM' }],
  },
  {
    kind: 'rule',
    others: 'sec-rule',
    create: { ...ORDERING, ...RULE },
    change: { consumers: ['role=Web|DB'] },
    read: ['find-rules', { ...ORDERING, port: 6000 }],
  },
  {
    kind: 'deny-rule',
    create: { ...ORDERING, ...RULE },
    change: { override_deny: true },
    read: ['find-rules', { ...ORDERING, port: 6000 }],
  },
] as const;

describe.each(KINDS)('$kind', ({ kind, create, change, read: [reader, query], ...more }) => {
  const others = 'others' in more ? more.others : kind;
  const listed = async () => (await ok(reader, query)).structured.items;

  it('is planned, applied, read back, changed, undone and deleted by the tools alone', async () => {
    expect(await listed()).toEqual([]);
    await sent();
    const planned = await ok(`create-${kind}`, { ...create, dry_run: true });
    expect([await sent(), await listed()]).toEqual([[], []]);
    await ok('apply-plan', { plan_id: planned.structured['plan_id'] });
    expect(await listed()).toHaveLength(1);
    await ok('undo-change', { plan_id: planned.structured['plan_id'] });
    expect(await listed()).toEqual([]);

    const href = hrefOf(await ok(`create-${kind}`, create));
    const [made] = await listed();
    expect(made).toMatchObject({ href });

    const changed = await ok(`update-${others}`, { href, ...change });
    expect(await listed()).not.toEqual([made]);
    await ok('undo-change', { plan_id: changed.structured['plan_id'] });
    const withoutTime = ({ updated_at: _time, description, ...row }: Readonly<Record<string, unknown>>) => ({
      ...row,
      description: description ?? '',
    });
    expect((await listed()).map(withoutTime)).toEqual([made ?? {}].map(withoutTime));

    const deleted = await ok(`delete-${others}`, { href });
    expect(await listed()).toEqual([]);
    await ok('undo-change', { plan_id: deleted.structured['plan_id'] });
    const [again] = await listed();
    expect(again).toBeDefined();
    await ok(`delete-${others}`, { href: String(again?.['href']) });
    expect(await listed()).toEqual([]);
  });
});

it('leaves the ruleset they worked in as it was', async () => {
  const { structured } = await ok('get-rulesets', { name: 'Ordering' });
  expect(structured.items).toMatchObject([{ href: draftOf('rule_sets', 2), rules: [{}, {}] }]);
});
