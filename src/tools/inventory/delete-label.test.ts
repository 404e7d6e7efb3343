import { describe, expect, it } from 'vitest';
import { policyWorld } from '../../../test/changes/policy-world.ts';
import createLabel from './create-label.ts';
import deleteLabel from './delete-label.ts';

const { ok, refused, desk, read, sent } = await policyWorld([createLabel, deleteLabel]);

describe('delete-label', () => {
  it('deletes by exact key and value, and makes it again with what that loses said', async () => {
    await ok('create-label', { key: 'env', value: 'QA' });
    const planned = await ok('delete-label', { key: 'env', value: 'QA', dry_run: true });
    expect(planned.structured).toMatchObject({ undo: 'partial', items: [{ does: 'delete label env=QA' }] });
    const plan = String(planned.structured['plan_id']);
    await sent();
    await desk.apply(plan);
    expect((await sent())[0]).toMatch(/^DELETE \/orgs\/1\/labels\/\d+$/);
    const undone = await desk.undo(plan, { dryRun: false });
    expect(undone.plan.warnings).toEqual(['Comes back differently (href, author, times): delete label env=QA.']);
    expect(await read(undone.outcomes[0]?.href ?? '')).toMatchObject({ key: 'env', value: 'QA', deleted: false });
  });

  it('shows where a label is used in place of deleting it', async () => {
    await sent();
    const { error, used_in: uses, workloads } = await refused('delete-label', { key: 'app', value: 'Ordering' });
    expect(error).toBe('in_use');
    expect(uses).toEqual([expect.stringMatching(/^scope of Ordering as scope \(.*\/rule_sets\/2\)$/)]);
    expect(workloads).toBe(2);
    expect(await sent()).toEqual([]);
  });

  it('deletes nothing for a part of a value', async () => {
    const { error, candidates } = await refused('delete-label', { key: 'env', value: 'De' });
    expect([error, candidates]).toEqual(['label_not_found', ['env=Dev']]);
  });
});
