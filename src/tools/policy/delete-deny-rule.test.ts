import { describe, expect, it } from 'vitest';
import { draftOf, policyWorld } from '../../../test/changes/policy-world.ts';
import deleteDenyRule from './delete-deny-rule.ts';

const { ok, refused, desk, pce, read, sent } = await policyWorld([deleteDenyRule]);
const ORDERING = draftOf('rule_sets', 2);
const RULE = `${ORDERING}/deny_rules/3`;

describe('delete-deny-rule', () => {
  it('says that it widens, plans, marks the rule, and makes the same rule again', async () => {
    await sent();
    const planned = await ok('delete-deny-rule', { href: RULE, dry_run: true });
    expect([planned.structured['widening'], await sent()]).toEqual([
      ['an override deny rule is removed (iplist:Offices -> ams on 22/tcp)'],
      [],
    ]);
    const { structured } = await ok('delete-deny-rule', { href: RULE });
    expect([await sent(), (await read(RULE))?.['update_type']]).toEqual([[`DELETE ${RULE}`], 'delete']);
    await desk.undo(String(structured['plan_id']), { dryRun: false });
    const again = (await pce.list(`${ORDERING}/deny_rules`)).filter(({ update_type: type }) => type === 'create');
    expect(again).toMatchObject([
      { override: true, unscoped_consumers: true, ingress_services: [{ port: 22, proto: 6 }] },
    ]);
  });

  it('refuses the href of an allow rule', async () => {
    expect((await refused('delete-deny-rule', { href: `${ORDERING}/sec_rules/2` })).error).toBe('invalid_arguments');
  });
});
