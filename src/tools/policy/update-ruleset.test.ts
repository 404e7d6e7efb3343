import { describe, expect, it } from 'vitest';
import { draftOf, policyWorld } from '../../../test/changes/policy-world.ts';
import { LABEL } from '../../simulator/testing/tiny-estate.ts';
import updateRuleset from './update-ruleset.ts';

const { ok, refused, desk, read, sent } = await policyWorld([updateRuleset]);
const ORDERING = draftOf('rule_sets', 2);
const included = (id: number) => ({ label: { href: `/orgs/1/labels/${id}` }, exclusion: false });
const AS_IT_WAS = { name: 'Ordering', description: '', enabled: true, scopes: [[included(LABEL.ordering)]] };

describe('update-ruleset', () => {
  it('plans, applies, answers what stands now, and puts everything back', async () => {
    await sent();
    const args = { name: 'Ordering', new_name: 'Orders', scopes: [['app=Ordering', { key: 'env', value: 'Prod' }]] };
    const planned = await ok('update-ruleset', { ...args, dry_run: true });
    expect(await sent()).toEqual([]);
    expect(planned.structured.items[0]?.diff).toEqual([
      'name: Ordering → Orders',
      'scopes: ["app=Ordering"] → ["app=Ordering env=Prod"]',
    ]);
    const { structured } = await ok('update-ruleset', args);
    expect(structured).toMatchObject({
      href: ORDERING,
      name: 'Orders',
      enabled: true,
      scopes: [
        [
          { href: `/orgs/1/labels/${LABEL.ordering}`, key: 'app', value: 'Ordering' },
          { href: `/orgs/1/labels/${LABEL.prod}`, key: 'env', value: 'Prod' },
        ],
      ],
    });
    expect(await sent()).toEqual([`PUT ${ORDERING}`]);
    await desk.undo(String(structured['plan_id']), { dryRun: false });
    expect(await read(ORDERING)).toMatchObject(AS_IT_WAS);
  });

  it('never drops a scope label it cannot find', async () => {
    await sent();
    const { error, candidates } = await refused('update-ruleset', {
      name: 'Ordering',
      scopes: [['app=Ordering', 'env=prod']],
    });
    expect([error, candidates, await sent()]).toEqual(['label_not_found', ['env=Prod'], []]);
    expect(await read(ORDERING)).toMatchObject(AS_IT_WAS);
  });

  it('says where the scope widens, and what turning off does to deny rules', async () => {
    const widening = async (args: object) =>
      (await ok('update-ruleset', { href: ORDERING, ...args, dry_run: true })).structured['widening'];
    expect(await widening({ scopes: [[]] })).toEqual(['the scope is everything']);
    expect(await widening({ scopes: [['app=Ordering'], ['app=CRM']] })).toEqual([
      'the scope gets the alternative app=CRM',
    ]);
    expect(await widening({ scopes: [['app=Ordering env=Prod']] })).toEqual([
      'no longer covered by 1 deny rule: app=Ordering',
    ]);
    expect(await widening({ enabled: false })).toEqual(['with the ruleset, 1 deny rule is disabled']);
  });

  it('refuses what changes nothing, in whatever spelling', async () => {
    expect(
      (await refused('update-ruleset', { href: ORDERING, scopes: [[`/orgs/1/labels/${LABEL.ordering}`]] })).error,
    ).toBe('nothing_to_change');
    expect((await refused('update-ruleset', { name: 'Orderings', enabled: false })).error).toBe('not_found');
  });

  it('refuses to apply a plan whose ruleset was edited since, and sends nothing', async () => {
    const planned = await ok('update-ruleset', { href: ORDERING, description: 'mine', dry_run: true });
    const other = await ok('update-ruleset', { href: ORDERING, description: 'theirs' });
    await sent();
    await expect(desk.apply(String(planned.structured['plan_id']))).rejects.toMatchObject({ code: 'conflict' });
    expect(await sent()).toEqual([]);
    await desk.undo(String(other.structured['plan_id']), { dryRun: false });
  });
});
