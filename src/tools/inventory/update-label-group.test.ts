import { describe, expect, it } from 'vitest';
import { draftOf, policyWorld } from '../../../test/changes/policy-world.ts';
import { workloadId } from '../../simulator/testing/tiny-estate.ts';
import createLabelGroup from './create-label-group.ts';
import updateLabelGroup from './update-label-group.ts';

const { ok, refused, desk, pce, provision, read, sent } = await policyWorld([createLabelGroup, updateLabelGroup]);
const LIVE = draftOf('label_groups', workloadId(700));
const valuesOf = async (href: string) =>
  (((await read(href)) ?? {})['labels'] as readonly { readonly value: string }[]).map(({ value }) => value);

describe('update-label-group', () => {
  it('adds and removes members in the draft, and reverts what was not provisioned', async () => {
    const planned = await ok('update-label-group', { name: 'Everything live', add_labels: ['Dev'], dry_run: true });
    expect(planned.structured['updated_fields']).toEqual(['labels']);
    expect(await sent()).toEqual([]);
    const plan = String(planned.structured['plan_id']);
    await desk.apply(plan);
    expect([await sent(), await valuesOf(LIVE)]).toEqual([[`PUT ${LIVE}`], ['Prod', 'Dev']]);
    await desk.undo(plan, { dryRun: false });
    expect([await valuesOf(LIVE), (await read(LIVE))?.['update_type']]).toEqual([['Prod'], null]);
  });

  it('puts the members back as a new draft once the change was provisioned', async () => {
    const { structured } = await ok('update-label-group', { href: LIVE, add_labels: ['/orgs/1/labels/6'] });
    await provision({ label_groups: [{ href: LIVE }] });
    await desk.undo(String(structured['plan_id']), { dryRun: false });
    expect([await valuesOf(LIVE), (await read(LIVE))?.['update_type']]).toEqual([['Prod'], 'update']);
    expect(await valuesOf(LIVE.replace('/draft/', '/active/'))).toEqual(['Prod', 'Dev']);
    await provision({ label_groups: [{ href: LIVE }] });
  });

  it('replaces members, renames and describes', async () => {
    await ok('create-label-group', { name: 'Two', key: 'env', labels: ['Dev', 'Prod'] });
    const { structured } = await ok('update-label-group', {
      name: 'Two',
      new_name: 'One',
      description: 'only dev',
      labels: ['env=Dev'],
    });
    expect(structured['updated_fields']).toEqual(['name', 'description', 'labels']);
    const [group] = await pce.list('/orgs/1/sec_policy/draft/label_groups', { name: 'One' });
    expect(group).toMatchObject({ description: 'only dev', labels: [{ value: 'Dev' }] });
    expect((await refused('update-label-group', { name: 'One', labels: ['Dev'] })).error).toBe('nothing_to_change');
  });

  it('says what a group in use gains', async () => {
    await pce.send({
      method: 'PUT',
      path: draftOf('rule_sets', 2),
      body: { scopes: [[{ label_group: { href: LIVE }, exclusion: false }]] },
    });
    const { structured } = await ok('update-label-group', { href: LIVE, add_labels: ['Dev'], dry_run: true });
    expect(structured['widening']).toEqual(['Everything live gains Dev; 1 place of the policy will mean that too']);
  });

  it('refuses a group inside itself, with the way there, before anything is sent', async () => {
    await ok('create-label-group', { name: 'Outer', key: 'env', sub_groups: ['Everything live'] });
    await sent();
    const { message } = await refused('update-label-group', { name: 'Everything live', add_sub_groups: ['Outer'] });
    expect(message).toContain('Everything live → Outer → Everything live');
    const own = await refused('update-label-group', { name: 'Outer', add_sub_groups: ['Outer'] });
    expect(own.message).toContain('Outer → Outer');
    expect(await sent()).toEqual([]);
  });

  it('changes nothing for a part of a name', async () => {
    const { error, candidates } = await refused('update-label-group', { name: 'Everything', description: 'x' });
    expect([error, candidates]).toEqual(['not_found', ['Everything live']]);
  });
});
