import { describe, expect, it } from 'vitest';
import { draftOf, policyWorld } from '../../../test/changes/policy-world.ts';
import createRuleset from './create-ruleset.ts';
import deleteRuleset from './delete-ruleset.ts';

const { ok, refused, desk, read, sent } = await policyWorld([createRuleset, deleteRuleset]);
const ORDERING = draftOf('rule_sets', 2);

describe('delete-ruleset', () => {
  it('plans, deletes, and brings a provisioned ruleset back whole', async () => {
    await sent();
    const planned = await ok('delete-ruleset', { name: 'Ordering', dry_run: true });
    expect([planned.structured['undo'], planned.structured['widening'], await sent()]).toEqual([
      'full',
      ['with the ruleset, 1 deny rule is removed'],
      [],
    ]);
    const { structured } = await ok('delete-ruleset', { href: ORDERING });
    expect([structured['message'], structured['href'], (await read(ORDERING))?.['update_type']]).toEqual([
      'Ruleset Ordering deleted in the draft with 2 rules (1 request).',
      ORDERING,
      'delete',
    ]);
    await desk.undo(String(structured['plan_id']), { dryRun: false });
    expect(await read(ORDERING)).toMatchObject({ update_type: null, rules: [{}], deny_rules: [{}] });
  });

  it('makes one that was never provisioned again with its allow and deny rules', async () => {
    const rule = { consumers: ['role=Web'], providers: ['role=DB'], ingress_services: [{ port: 5432 }] };
    const made = await ok('create-ruleset', {
      name: 'New',
      scopes: [['app=CRM']],
      rules: [rule, { ...rule, rule_type: 'deny' }, { ...rule, rule_type: 'override_deny' }],
    });
    const { href } = made.structured['ruleset'] as { readonly href: string };
    const { structured } = await ok('delete-ruleset', { name: 'New' });
    expect([structured['undo'], await read(href)]).toEqual(['partial', null]);
    const back = await desk.undo(String(structured['plan_id']), { dryRun: false });
    expect(back.state).toBe('applied');
    expect(await read(back.outcomes[0]?.href ?? '')).toMatchObject({
      name: 'New',
      rules: [{ ingress_services: [{ port: 5432, proto: 6 }] }],
      deny_rules: [{ override: false }, { override: true }],
    });
  });

  it('never takes a part of a name for the name, nor another kind of object', async () => {
    expect((await refused('delete-ruleset', { name: 'Order' })).error).toBe('not_found');
    expect((await refused('delete-ruleset', { href: draftOf('ip_lists', 2) })).error).toBe('invalid_arguments');
    expect((await refused('delete-ruleset', {})).error).toBe('invalid_arguments');
  });
});
