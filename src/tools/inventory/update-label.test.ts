import { describe, expect, it } from 'vitest';
import { policyWorld } from '../../../test/changes/policy-world.ts';
import updateLabel from './update-label.ts';

const { ok, refused, desk, read, sent } = await policyWorld([updateLabel]);
const CRM = '/orgs/1/labels/4';

describe('update-label', () => {
  it('shows the change, makes it on apply, and takes it back', async () => {
    const planned = await ok('update-label', { key: 'app', value: 'CRM', new_value: 'Sales', dry_run: true });
    expect(planned.structured.items).toMatchObject([{ diff: ['value: CRM → Sales'], request: `PUT ${CRM}` }]);
    expect(await sent()).toEqual([]);
    const plan = String(planned.structured['plan_id']);
    await desk.apply(plan);
    expect(await read(CRM)).toMatchObject({ value: 'Sales' });
    await desk.undo(plan, { dryRun: false });
    expect(await read(CRM)).toMatchObject({ value: 'CRM' });
  });

  it('never takes the first that contains the value', async () => {
    const { error, candidates } = await refused('update-label', { key: 'app', value: 'Order', new_value: 'x' });
    expect([error, candidates]).toEqual(['label_not_found', ['app=Ordering']]);
  });

  it('says when nothing would change, and wants a target', async () => {
    expect((await refused('update-label', { href: CRM, new_value: 'CRM' })).error).toBe('nothing_to_change');
    expect((await refused('update-label', { key: 'app', new_value: 'CRM' })).error).toBe('invalid_arguments');
  });
});
