import { describe, expect, it } from 'vitest';
import { policyWorld } from '../../../test/changes/policy-world.ts';
import createLabelGroup from './create-label-group.ts';
import getLabelGroups from './get-label-groups.ts';

const { ok, refused, desk, read, sent } = await policyWorld([createLabelGroup, getLabelGroups]);

describe('create-label-group', () => {
  it('plans first, creates a draft on apply, and takes it back', async () => {
    const planned = await ok('create-label-group', {
      name: 'All env',
      key: 'env',
      labels: ['Dev'],
      sub_groups: ['Everything live'],
      dry_run: true,
    });
    expect(planned.structured.items).toMatchObject([
      { does: 'create label group All env (env: Dev, Everything live)', result: 'not_sent' },
    ]);
    expect(await sent()).toEqual([]);
    const plan = String(planned.structured['plan_id']);
    const { outcomes } = await desk.apply(plan);
    expect(await sent()).toEqual(['POST /orgs/1/sec_policy/draft/label_groups']);
    const { structured } = await ok('get-label-groups', { name: 'All env' });
    expect(structured.items).toMatchObject([
      { key: 'env', labels: ['env=Dev'], sub_groups: ['Everything live'], update_type: 'create' },
    ]);
    await desk.undo(plan, { dryRun: false });
    expect(await read(outcomes[0]?.href ?? '')).toBeNull();
  });

  it('takes members as values, expressions and hrefs, each once', async () => {
    const { structured } = await ok('create-label-group', {
      name: 'Mixed',
      key: 'env',
      labels: ['Dev', 'env=Prod|Dev', '/orgs/1/labels/5'],
    });
    const group = await read(String(structured.items[0]?.['href']));
    expect(group?.['labels']).toMatchObject([{ value: 'Dev' }, { value: 'Prod' }]);
  });

  it.each([
    [{ labels: ['app=CRM'] }, 'invalid_arguments', 'app=CRM cannot be a member'],
    [{ labels: ['/orgs/1/labels/1'] }, 'invalid_arguments', 'role=Web cannot be a member'],
    [{ labels: ['Pro'] }, 'label_not_found', 'Pro'],
    [{ sub_groups: ['Everything'] }, 'not_found', 'Everything'],
    [{ key: 'app', sub_groups: ['group:Everything live'] }, 'invalid_arguments', 'cannot be a sub-group'],
    [{ name: 'Everything live' }, 'already_exists', 'exists already'],
  ])('refuses %j before anything is sent', async (args, code, why) => {
    await sent();
    const { error, message } = await refused('create-label-group', { name: 'New', key: 'env', ...args });
    expect([error, await sent()]).toEqual([code, []]);
    expect(message).toContain(why);
  });
});
