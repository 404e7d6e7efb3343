import { describe, expect, it } from 'vitest';
import { draftOf, policyWorld } from '../../../test/changes/policy-world.ts';
import { LABEL, workloadId } from '../../simulator/testing/tiny-estate.ts';
import createIplist from './create-iplist.ts';
import createRuleset from './create-ruleset.ts';
import findRules from './find-rules.ts';
import getRulesets from './get-rulesets.ts';
import updateSecRule from './update-sec-rule.ts';

const { ok, refused } = await policyWorld([findRules, getRulesets, createRuleset, createIplist, updateSecRule]);
const OUTBOUND = `${draftOf('rule_sets', 1)}/sec_rules/1`;
const WEB_TO_DB = `${draftOf('rule_sets', 2)}/sec_rules/2`;
const NO_SSH = `${draftOf('rule_sets', 2)}/deny_rules/3`;
const hrefs = async (args: object): Promise<readonly unknown[]> =>
  (await ok('find-rules', args)).structured.items.map(({ href }) => href);

describe('find-rules', () => {
  it('shows each rule with its sides in words', async () => {
    const { structured, text } = await ok('find-rules', { actor: 'role=DB' });
    expect(structured.answer).toBe('1 rule in 1 ruleset of the draft policy: 1 allow, 0 deny, 0 override deny.');
    expect(structured.items).toEqual([
      {
        href: WEB_TO_DB,
        kind: 'allow',
        ruleset: 'Ordering',
        enabled: true,
        scopes: ['app=Ordering'],
        consumers: ['role=Web'],
        providers: ['role=DB'],
        services: ['5432/tcp'],
        used_as: ['destination'],
      },
    ]);
    for (const word of [WEB_TO_DB, 'role=Web', 'role=DB', '5432/tcp', 'app=Ordering']) expect(text).toContain(word);
  });

  it('finds by actor on either side, in the scope, through lists and through groups', async () => {
    expect(await hrefs({ actor: 'app=Ordering role=Web' })).toEqual([WEB_TO_DB]);
    expect(await hrefs({ actor: 'app=Ordering' })).toEqual([WEB_TO_DB, NO_SSH]);
    expect(await hrefs({ actor: 'iplist:Offices' })).toEqual([NO_SSH]);
    expect(await hrefs({ actor: '192.168.2.0/24' })).toEqual([OUTBOUND, NO_SSH]);
    expect(await hrefs({ actor: '192.168.0.0/16' })).toEqual([OUTBOUND]);
    expect(await hrefs({ actor: 'www.example.net' })).toEqual([NO_SSH]);
    expect(await hrefs({ actor: 'ams' })).toEqual([OUTBOUND, NO_SSH]);
    expect(await hrefs({ actor: 'loc=Frankfurt' })).toEqual([]);
    await ok('create-ruleset', {
      name: 'Through a group',
      scopes: [['app=CRM']],
      rules: [
        { consumers: ['group:Everything live'], providers: ['loc!=Frankfurt'], ingress_services: [{ port: 8005 }] },
      ],
    });
    const [through] = await hrefs({ ruleset_name: 'Through a group' });
    expect(await hrefs({ actor: 'env=Prod' })).toEqual([through]);
    expect(await hrefs({ actor: 'loc!=Frankfurt' })).toEqual([through]);
    expect(await hrefs({ actor: 'loc=Frankfurt' })).toEqual([]);
  });

  it('finds by service, by port in ranges and services, by text, state and type', async () => {
    expect(await hrefs({ service: 'All Services' })).toEqual([OUTBOUND]);
    expect(await hrefs({ port: 5432, proto: 'tcp' })).toEqual([OUTBOUND, WEB_TO_DB]);
    expect(await hrefs({ port: 5432, proto: 'udp' })).toEqual([OUTBOUND]);
    expect(await hrefs({ text: 'OUTBOUND' })).toEqual([OUTBOUND]);
    expect(await hrefs({ rule_type: 'override_deny' })).toEqual([NO_SSH]);
    await ok('update-sec-rule', { href: WEB_TO_DB, enabled: false });
    expect(await hrefs({ state: 'disabled' })).toEqual([WEB_TO_DB]);
    expect(await hrefs({ state: 'pending', ruleset_name: 'Ordering' })).toEqual([WEB_TO_DB]);
    expect(await hrefs({ state: 'disabled', policy: 'active' })).toEqual([]);
    await ok('update-sec-rule', { href: WEB_TO_DB, enabled: true });
  });

  it('finds exactly the rules get-rulesets lists when nothing narrows', async () => {
    const { structured } = await ok('get-rulesets', {});
    const all = structured.items.flatMap(({ rules }) =>
      (rules as readonly { readonly href: string }[]).map(({ href }) => href),
    );
    expect(await hrefs({})).toEqual(all);
  });

  it('says where an object is used, as what, outside rules too', async () => {
    const uses = async (used: string) =>
      (await ok('find-rules', { used, policy: 'active' })).structured.items.map(({ kind, ruleset, used_as: as }) => [
        kind,
        ruleset,
        as,
      ]);
    expect(await uses('Offices')).toEqual([['override_deny', 'Ordering', ['consumer']]]);
    expect(await uses('service:All Services')).toEqual([['allow', 'Default', ['service']]]);
    expect(await uses('app=Ordering')).toEqual([['scope', 'Ordering', ['scope']]]);
    expect(await uses(`/orgs/1/labels/${LABEL.prod}`)).toEqual([['label_group', 'Everything live', ['member']]]);
    expect(await uses(`/orgs/1/workloads/${workloadId(1)}`)).toEqual([]);
    const { structured } = await ok('find-rules', { used: 'HTTPS' });
    expect(structured.answer).toBe(
      'HTTPS is used by 0 rules in 0 rulesets of the draft policy and in 0 other places (scopes, label groups).',
    );
    expect(structured.coverage.gaps).toEqual(['virtual services and enforcement boundaries were not looked at']);
  });

  it('resolves exactly or not at all', async () => {
    const near = await refused('find-rules', { used: 'Office' });
    expect([near.error, near['candidates']]).toEqual(['not_found', ['Offices']]);
    await ok('create-iplist', { name: 'HTTPS', ip_ranges: [{ from_ip: '10.0.0.1' }] });
    const twice = await refused('find-rules', { used: 'HTTPS' });
    expect([twice.error, twice['candidates']]).toEqual([
      'ambiguous_name',
      [expect.stringContaining('/ip_lists/'), draftOf('services', 2)],
    ]);
    expect((await refused('find-rules', { actor: 'role=Database' })).error).toBe('label_not_found');
    expect((await refused('find-rules', { actor: '/orgs/1/labels/99' })).error).toBe('not_found');
    expect((await refused('find-rules', { service: 'HTTP' })).error).toBe('not_found');
  });

  it('says what max_results left out', async () => {
    const { structured } = await ok('find-rules', { max_results: 1 });
    expect([structured.items.length, structured.coverage.truncated, structured.totals['total_count']]).toEqual([
      1,
      true,
      4,
    ]);
  });
});
