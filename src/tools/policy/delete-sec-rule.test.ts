import { describe, expect, it } from 'vitest';
import { draftOf, policyWorld } from '../../../test/changes/policy-world.ts';
import deleteSecRule from './delete-sec-rule.ts';

const { ok, refused, desk, pce, read, sent } = await policyWorld([deleteSecRule]);
const ORDERING = draftOf('rule_sets', 2);
const RULE = `${ORDERING}/sec_rules/2`;

describe('delete-sec-rule', () => {
  it('plans, marks the rule, and makes the same rule again; what differs is said', async () => {
    await sent();
    const planned = await ok('delete-sec-rule', { href: RULE, dry_run: true });
    expect([planned.structured['undo'], planned.structured['widening'], await sent()]).toEqual([
      'partial',
      undefined,
      [],
    ]);
    const before = await read(RULE);
    const { structured } = await ok('delete-sec-rule', { href: RULE });
    expect(structured).toMatchObject({
      message:
        'Deleted in the draft: the allow rule (role=Web -> role=DB on 5432/tcp) of ruleset Ordering (1 request).',
      note: expect.stringContaining('provisioned'),
    });
    expect([await sent(), (await read(RULE))?.['update_type']]).toEqual([[`DELETE ${RULE}`], 'delete']);
    expect((await refused('delete-sec-rule', { href: RULE })).error).toBe('nothing_to_change');

    const back = await desk.undo(String(structured['plan_id']), { dryRun: false });
    expect(back.plan.warnings.join()).toContain('href, author, times');
    const [again] = (await pce.list(`${ORDERING}/sec_rules`)).filter(({ update_type: type }) => type === 'create');
    const content = (rule: typeof before) => [rule?.['consumers'], rule?.['providers'], rule?.['ingress_services']];
    expect(content(again ?? null)).toEqual(content(before));
  });

  it('refuses the href of a deny rule', async () => {
    expect((await refused('delete-sec-rule', { href: `${ORDERING}/deny_rules/3` })).error).toBe('invalid_arguments');
  });
});
