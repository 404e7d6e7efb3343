import { describe, expect, it } from 'vitest';
import { draftOf, policyWorld } from '../../../test/changes/policy-world.ts';
import { workloadId } from '../../simulator/testing/tiny-estate.ts';
import createLabelGroup from './create-label-group.ts';
import deleteLabelGroup from './delete-label-group.ts';

const { ok, refused, desk, pce, read, sent } = await policyWorld([createLabelGroup, deleteLabelGroup]);
const LIVE = draftOf('label_groups', workloadId(700));

describe('delete-label-group', () => {
  it('marks a provisioned group on apply, and reverts the mark', async () => {
    const planned = await ok('delete-label-group', { name: 'Everything live', dry_run: true });
    expect(planned.structured['undo']).toBe('full');
    expect(await sent()).toEqual([]);
    const plan = String(planned.structured['plan_id']);
    await desk.apply(plan);
    expect([await sent(), (await read(LIVE))?.['update_type']]).toEqual([[`DELETE ${LIVE}`], 'delete']);
    expect((await refused('delete-label-group', { name: 'Everything live' })).error).toBe('conflict');
    await desk.undo(plan, { dryRun: false });
    expect((await read(LIVE))?.['update_type']).toBeNull();
  });

  it('makes a group again that was never provisioned', async () => {
    await ok('create-label-group', { name: 'Passing', key: 'env', labels: ['Dev'], sub_groups: ['Everything live'] });
    const { structured } = await ok('delete-label-group', { name: 'Passing' });
    expect(structured['undo']).toBe('partial');
    const { outcomes } = await desk.undo(String(structured['plan_id']), { dryRun: false });
    expect(await read(outcomes[0]?.href ?? '')).toMatchObject({
      name: 'Passing',
      labels: [{ value: 'Dev' }],
      sub_groups: [{ name: 'Everything live' }],
    });
  });

  it('shows where a group is used in place of deleting it', async () => {
    await sent();
    const inGroup = await refused('delete-label-group', { name: 'Everything live' });
    expect(inGroup.error).toBe('in_use');
    expect(inGroup['used_in']).toEqual([expect.stringContaining('label_group of Passing as sub-group')]);
    expect(await sent()).toEqual([]);
    const [passing] = await pce.list('/orgs/1/sec_policy/draft/label_groups', { name: 'Passing' });
    await pce.send({
      method: 'PUT',
      path: draftOf('rule_sets', 2),
      body: { scopes: [[{ label_group: { href: passing?.['href'] }, exclusion: false }]] },
    });
    const inScope = await refused('delete-label-group', { name: 'Passing' });
    expect(inScope['used_in']).toEqual([expect.stringContaining('scope of Ordering as scope')]);
  });
});
