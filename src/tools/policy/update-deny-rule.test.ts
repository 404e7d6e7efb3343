import { describe, expect, it } from 'vitest';
import { draftOf, policyWorld } from '../../../test/changes/policy-world.ts';
import updateDenyRule from './update-deny-rule.ts';

const { ok, refused, desk, read, sent } = await policyWorld([updateDenyRule]);
const RULE = `${draftOf('rule_sets', 2)}/deny_rules/3`;

describe('update-deny-rule', () => {
  it('plans, applies, keeps the href, and puts everything back', async () => {
    await sent();
    const args = { href: RULE, override_deny: false, ingress_services: [{ port: 22 }, { port: 23 }] };
    const planned = await ok('update-deny-rule', { ...args, dry_run: true });
    expect([planned.structured['widening'], await sent()]).toEqual([
      ['an override deny becomes a deny that allow rules win over (iplist:Offices -> ams on 22/tcp, 23/tcp)'],
      [],
    ]);
    const { structured } = await ok('update-deny-rule', args);
    expect(structured).toMatchObject({
      updated_fields: ['override', 'ingress_services'],
      rule: { href: RULE, rule_type: 'deny', ingress_services: ['22/tcp', '23/tcp'] },
    });
    expect(await sent()).toEqual([`PUT ${RULE}`]);
    await desk.undo(String(structured['plan_id']), { dryRun: false });
    expect(await read(RULE)).toMatchObject({ override: true, ingress_services: [{ port: 22, proto: 6 }] });
  });

  it('says that turning it off or blocking less lets traffic through', async () => {
    const widening = async (args: object) =>
      (await ok('update-deny-rule', { href: RULE, ...args, dry_run: true })).structured['widening'];
    expect(await widening({ enabled: false })).toEqual([
      'an override deny rule is disabled (iplist:Offices -> ams on 22/tcp)',
    ]);
    expect(await widening({ providers: ['role=DB'] })).toEqual([
      'an override deny rule no longer blocks ams as destination',
    ]);
    expect(await widening({ consumers: ['any', 'iplist:Offices'] })).toBeUndefined();
    expect(await widening({ unscoped_consumers: false })).toEqual([
      'an override deny rule no longer blocks sources outside the scope',
    ]);
  });

  it('refuses a service of one process and the href of an allow rule', async () => {
    const code = async (args: object) => (await refused('update-deny-rule', args)).error;
    expect([
      await code({ href: RULE, ingress_services: [{ service: 'S-RDP' }] }),
      await code({ href: `${draftOf('rule_sets', 2)}/sec_rules/2`, enabled: false }),
    ]).toEqual(['process_qualified_deny_unsupported', 'invalid_arguments']);
  });
});
