import { describe, expect, it } from 'vitest';
import { draftOf, policyWorld } from '../../../test/changes/policy-world.ts';
import { LABEL } from '../../simulator/testing/tiny-estate.ts';
import updateSecRule from './update-sec-rule.ts';

const { ok, refused, desk, read, sent } = await policyWorld([updateSecRule]);
const RULE = `${draftOf('rule_sets', 2)}/sec_rules/2`;
const label = (id: number) => ({ label: { href: `/orgs/1/labels/${id}` }, exclusion: false });
const AS_IT_WAS = {
  enabled: true,
  consumers: [label(LABEL.web)],
  providers: [label(LABEL.db)],
  ingress_services: [{ port: 5432, proto: 6 }],
  unscoped_consumers: false,
};

describe('update-sec-rule', () => {
  it('plans, applies, answers the rule as it stands now, and puts everything back', async () => {
    await sent();
    const args = {
      href: RULE,
      consumers: ['role=Web|DB'],
      ingress_services: [{ service: 'HTTPS' }],
      description: 'both',
    };
    const planned = await ok('update-sec-rule', { ...args, dry_run: true });
    expect([planned.structured['widening'], planned.structured.items[0]?.diff, await sent()]).toEqual([
      ["a rule's sources get role=DB", 'a rule gets the service HTTPS'],
      [
        'description:  → both',
        'consumers: ["role=Web"] → ["role=Web","role=DB"]',
        'ingress_services: ["5432/tcp"] → ["HTTPS"]',
      ],
      [],
    ]);
    const { structured } = await ok('update-sec-rule', args);
    expect(structured).toMatchObject({
      updated_fields: ['description', 'consumers', 'ingress_services'],
      ingress_services_resolved: ['HTTPS'],
      rule: {
        href: RULE,
        consumers: ['role=Web', 'role=DB'],
        providers: ['role=DB'],
        ingress_services: ['HTTPS'],
        description: 'both',
      },
    });
    expect(await sent()).toEqual([`PUT ${RULE}`]);
    await desk.undo(String(structured['plan_id']), { dryRun: false });
    expect(await read(RULE)).toMatchObject(AS_IT_WAS);
  });

  it('takes the href of the active policy for the rule of the draft', async () => {
    const { structured } = await ok('update-sec-rule', { href: RULE.replace('draft', 'active'), enabled: false });
    expect([structured['widening'], (await read(RULE))?.['enabled']]).toEqual([undefined, false]);
    const on = await ok('update-sec-rule', { href: RULE, enabled: true });
    expect(on.structured['widening']).toEqual(['an allow rule is enabled (role=Web -> role=DB on 5432/tcp)']);
  });

  it('refuses what changes nothing in whatever spelling, a deny rule, and a rule that is not there', async () => {
    const code = async (args: object) => (await refused('update-sec-rule', args)).error;
    expect([
      await code({
        href: RULE,
        consumers: [`/orgs/1/labels/${LABEL.web}`],
        ingress_services: [{ port: 5432, proto: '6' }],
      }),
      await code({ href: `${draftOf('rule_sets', 2)}/deny_rules/3`, enabled: false }),
      await code({ href: `${draftOf('rule_sets', 2)}/sec_rules/99`, enabled: false }),
      await code({ href: '/orgs/1/../labels/1', enabled: false }),
      await code({ href: RULE, egress_services: [{ port: 443 }] }),
    ]).toEqual(['nothing_to_change', 'invalid_arguments', 'not_found', 'invalid_href', 'invalid_arguments']);
  });

  it('names the sources that cannot hold a rule to a Windows process', async () => {
    const { structured } = await ok('update-sec-rule', {
      href: RULE,
      consumers: ['role=Web|DB'],
      egress_services: [{ service: 'S-RDP' }],
      dry_run: true,
    });
    const warning = String(structured['policy_widening_warning']);
    expect(warning).toMatch(/^2 sources not known to run Windows .* S-RDP: host-1.example.com, host-3.example.com\.$/);
    expect(structured['egress_services_resolved']).toEqual(['S-RDP']);
    const alone = await ok('update-sec-rule', { href: RULE, egress_services: [{ service: 'S-RDP' }], dry_run: true });
    expect(alone.structured['policy_widening_warning']).toMatch(/: host-1.example.com, host-3.example.com\.$/);
    const windows = { href: RULE, consumers: ['role=DB'], egress_services: [{ service: 'S-RDP' }], dry_run: true };
    expect((await ok('update-sec-rule', windows)).structured['policy_widening_warning']).toBeUndefined();
  });

  it('refuses to apply a plan whose rule was edited since, and sends nothing', async () => {
    const planned = await ok('update-sec-rule', { href: RULE, description: 'mine', dry_run: true });
    await ok('update-sec-rule', { href: RULE, description: 'theirs' });
    await sent();
    await expect(desk.apply(String(planned.structured['plan_id']))).rejects.toMatchObject({ code: 'conflict' });
    expect(await sent()).toEqual([]);
  });
});
