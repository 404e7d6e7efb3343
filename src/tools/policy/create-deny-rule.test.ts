import { describe, expect, it } from 'vitest';
import { draftOf, policyWorld } from '../../../test/changes/policy-world.ts';
import createDenyRule from './create-deny-rule.ts';

const { ok, refused, desk, read, sent } = await policyWorld([createDenyRule]);
const ORDERING = draftOf('rule_sets', 2);
const NO_RDP = {
  ruleset_name: 'Ordering',
  consumers: ['iplist:Any (0.0.0.0/0 and ::/0)'],
  providers: ['ams'],
  ingress_services: [{ port: 3389 }],
};

describe('create-deny-rule', () => {
  it('plans first and sends nothing, then adds the rule as the PCE takes it, and takes it back', async () => {
    await sent();
    const planned = await ok('create-deny-rule', { ...NO_RDP, unscoped_consumers: true, dry_run: true });
    const bare = planned.structured;
    expect([bare['widening'], bare['override_deny_warning'], await sent()]).toEqual([undefined, undefined, []]);
    const plan = String(bare['plan_id']);
    const { plan: stored, outcomes } = await desk.apply(plan);
    expect(stored.requests[0]?.body).toEqual({
      enabled: true,
      consumers: [{ ip_list: { href: draftOf('ip_lists', 1) } }],
      providers: [{ actors: 'ams' }],
      ingress_services: [{ port: 3389, proto: 6 }],
      unscoped_consumers: true,
      override: false,
    });
    expect(await sent()).toEqual([`POST ${ORDERING}/deny_rules`]);
    const href = outcomes[0]?.href ?? '';
    expect(await read(href)).toMatchObject({ override: false, unscoped_consumers: true });
    await desk.undo(plan, { dryRun: false });
    expect(await read(href)).toBeNull();
  });

  it('says of an override deny what it does', async () => {
    const { structured } = await ok('create-deny-rule', { ...NO_RDP, override_deny: true });
    expect(structured).toMatchObject({
      override_deny_warning: expect.stringContaining('blocks also what allow rules allow'),
      rule: { rule_type: 'override_deny', ingress_services: ['3389/tcp'] },
    });
    expect(await read((structured['rule'] as { readonly href: string }).href)).toMatchObject({
      override: true,
    });
  });

  it('refuses a service of one process, and what cannot stand in a deny rule', async () => {
    await sent();
    const code = async (args: object) => (await refused('create-deny-rule', { ...NO_RDP, ...args })).error;
    expect([
      await code({ ingress_services: [{ service: 'S-RDP' }] }),
      await code({ providers: ['env=Production'] }),
      await sent(),
    ]).toEqual(['process_qualified_deny_unsupported', 'label_not_found', []]);
  });
});
