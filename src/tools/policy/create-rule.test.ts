import { describe, expect, it } from 'vitest';
import { draftOf, policyWorld } from '../../../test/changes/policy-world.ts';
import { LABEL, workloadId } from '../../simulator/testing/tiny-estate.ts';
import createRule from './create-rule.ts';

const { ok, refused, desk, read, sent, pce } = await policyWorld([createRule]);
const ORDERING = draftOf('rule_sets', 2);
const label = (id: number) => ({ label: { href: `/orgs/1/labels/${id}` } });
const WEB_TO_DB = {
  ruleset_name: 'Ordering',
  consumers: ['role=Web'],
  providers: ['role=DB'],
  ingress_services: [{ port: 6432, proto: 'tcp' }],
};
const hrefOf = (structured: Readonly<Record<string, unknown>>): string =>
  (structured['rule'] as { readonly href: string }).href;

describe('create-rule', () => {
  it('plans first and sends nothing, then adds the rule through its own sub-resource, and takes it back', async () => {
    await sent();
    const planned = await ok('create-rule', { ...WEB_TO_DB, dry_run: true });
    expect([planned.structured.answer, await sent()]).toEqual([
      expect.stringMatching(
        /^Planned, nothing sent: allow role=Web -> role=DB on 6432\/tcp in ruleset Ordering \(1 request\)\. /,
      ),
      [],
    ]);
    const plan = String(planned.structured['plan_id']);
    const { outcomes } = await desk.apply(plan);
    expect(await sent()).toEqual([`POST ${ORDERING}/sec_rules`]);
    const href = outcomes[0]?.href ?? '';
    expect(await read(href)).toMatchObject({
      enabled: true,
      consumers: [label(LABEL.web)],
      providers: [label(LABEL.db)],
      ingress_services: [{ port: 6432, proto: 6 }],
      unscoped_consumers: false,
      resolve_labels_as: { providers: ['workloads'], consumers: ['workloads'] },
    });
    await desk.undo(plan, { dryRun: false });
    expect(await read(href)).toBeNull();
    expect(await pce.list(`${ORDERING}/sec_rules`)).toHaveLength(1);
  });

  it('takes every form of a reference', async () => {
    const { structured } = await ok('create-rule', {
      ruleset_href: '/orgs/1/sec_policy/active/rule_sets/2',
      consumers: [
        'role=Web|DB env!=Dev',
        'iplist:Any (0.0.0.0/0 and ::/0)',
        `/orgs/1/sec_policy/active/ip_lists/2`,
        'workload:appliance',
        'ams',
      ],
      providers: [
        { key: 'loc', value: 'Frankfurt' },
        `/orgs/1/labels/${LABEL.db}`,
        { label_group: { href: draftOf('label_groups', workloadId(700)) } },
      ],
      ingress_services: [
        { service: 'HTTPS' },
        { href: '/orgs/1/sec_policy/active/services/4' },
        { proto: 'udp', port: 1, to_port: 9 },
      ],
      unscoped_consumers: true,
    });
    const stored = await read(hrefOf(structured));
    expect(stored).toMatchObject({
      consumers: [
        { ...label(LABEL.web), exclusion: false },
        { ...label(LABEL.db), exclusion: false },
        { ...label(LABEL.dev), exclusion: true },
        { ip_list: { href: draftOf('ip_lists', 1) } },
        { ip_list: { href: draftOf('ip_lists', 2) } },
        { workload: { href: `/orgs/1/workloads/${workloadId(4)}` } },
        { actors: 'ams' },
      ],
      providers: [
        label(LABEL.fra),
        label(LABEL.db),
        { label_group: { href: draftOf('label_groups', workloadId(700)) } },
      ],
      ingress_services: [
        { href: draftOf('services', 2) },
        { href: draftOf('services', 4) },
        { port: 1, to_port: 9, proto: 17 },
      ],
      unscoped_consumers: true,
    });
    expect(structured['rule']).toMatchObject({
      consumers: [
        'role=Web',
        'role=DB',
        'env!=Dev',
        'iplist:"Any (0.0.0.0/0 and ::/0)"',
        'iplist:Offices',
        'workload:appliance',
        'ams',
      ],
      providers: ['loc=Frankfurt', 'role=DB', 'group:"Everything live"'],
      ingress_services: ['HTTPS', 'High ports', '1-9/udp'],
    });
  });

  it('says what widens before it happens', async () => {
    const any = {
      ...WEB_TO_DB,
      consumers: ['ams'],
      providers: ['any'],
      ingress_services: [{ service: 'All Services' }],
    };
    const { structured } = await ok('create-rule', { ...any, unscoped_consumers: true, dry_run: true });
    const rule = '(ams -> iplist:"Any (0.0.0.0/0 and ::/0)" on All Services)';
    expect(structured['widening']).toEqual([
      'an allow rule from any to any',
      `an allow rule on every service ${rule}`,
      `an allow rule for sources outside the scope ${rule}`,
    ]);
    expect((await ok('create-rule', { ...WEB_TO_DB, dry_run: true })).structured['widening']).toBeUndefined();
  });

  it('warns of a rule that can match nothing', async () => {
    const args = { ...WEB_TO_DB, consumers: ['app=CRM'], dry_run: true };
    expect((await ok('create-rule', args)).structured['warnings']).toEqual([
      expect.stringContaining('set unscoped_consumers'),
    ]);
    expect((await ok('create-rule', { ...args, unscoped_consumers: true })).structured['warnings']).toBeUndefined();
  });

  it.for([
    ['an unknown label', { consumers: ['role=Webb'] }, 'label_not_found'],
    ['a label of another spelling', { consumers: ['role=web'] }, 'label_not_found'],
    ['an IP list by a part of its name', { consumers: ['iplist:Office'] }, 'not_found'],
    ['a label href that is not there', { consumers: ['/orgs/1/labels/99'] }, 'not_found'],
    ['a bare address', { consumers: ['10.0.0.1'] }, 'invalid_expression'],
    ['combinations the PCE would mix', { consumers: ['role=Web env=Prod', 'role=DB env=Dev'] }, 'invalid_expression'],
    [
      'an excluded IP list',
      { consumers: [{ ip_list: { href: draftOf('ip_lists', 2) }, exclusion: true }] },
      'invalid_arguments',
    ],
    ['nobody', { consumers: [] }, 'invalid_arguments'],
    ['no service', { ingress_services: [] }, 'invalid_arguments'],
    ['a service and a port', { ingress_services: [{ service: 'HTTPS', port: 443 }] }, 'invalid_arguments'],
    ['an unknown key of a service', { ingress_services: [{ name: 'HTTPS' }] }, 'invalid_arguments'],
    ['a part of a service name', { ingress_services: [{ service: 'HTTP' }] }, 'not_found'],
    ['a port that is none', { ingress_services: [{ port: 65_536 }] }, 'invalid_arguments'],
    ['ICMP without a service', { ingress_services: [{ proto: 'icmp' }] }, 'invalid_arguments'],
    ['a ruleset by a part of its name', { ruleset_name: 'Order' }, 'not_found'],
    ['no ruleset', { ruleset_name: undefined }, 'invalid_arguments'],
  ] as const)('refuses %s before anything is sent', async ([, args, code]) => {
    await sent();
    expect([(await refused('create-rule', { ...WEB_TO_DB, ...args })).error, await sent()]).toEqual([code, []]);
  });

  it('refuses to apply after the ruleset has changed place, but not after somebody added another rule', async () => {
    const planned = await ok('create-rule', { ...WEB_TO_DB, dry_run: true });
    await ok('create-rule', { ...WEB_TO_DB, ingress_services: [{ port: 7000 }] });
    const applied = await desk.apply(String(planned.structured['plan_id']));
    expect(applied.state).toBe('applied');

    const late = await ok('create-rule', { ...WEB_TO_DB, dry_run: true });
    await pce.send({ method: 'PUT', path: ORDERING, body: { scopes: [[]] } });
    await sent();
    await expect(desk.apply(String(late.structured['plan_id']))).rejects.toMatchObject({ code: 'conflict' });
    expect(await sent()).toEqual([]);
  });

  it('refuses what is pending deletion, by name and by href', async () => {
    const gone = draftOf('services', 3);
    await pce.send({ method: 'DELETE', path: gone, body: undefined });
    const code = async (service: object) =>
      (await refused('create-rule', { ...WEB_TO_DB, ingress_services: [service] })).error;
    expect([await code({ service: 'S-RDP' }), await code({ href: gone })]).toEqual(['not_found', 'not_found']);
  });
});
