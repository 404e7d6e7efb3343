import { describe, expect, it } from 'vitest';
import { policyWorld } from '../../../test/changes/policy-world.ts';
import createLabel from './create-label.ts';
import getLabels from './get-labels.ts';

const { ok, refused, desk, read, sent } = await policyWorld([createLabel, getLabels]);

describe('create-label', () => {
  it('plans first and sends nothing, then applies exactly that, and takes it back', async () => {
    const planned = await ok('create-label', { key: 'env', value: 'QA', dry_run: true });
    expect(planned.structured).toMatchObject({
      answer: 'Planned, nothing sent: create label env=QA (1 request).',
      state: 'planned',
      dry_run: true,
      undo: 'full',
      items: [{ request: 'POST /orgs/1/labels', result: 'not_sent', diff: ['key: env', 'value: QA'] }],
    });
    expect(await sent()).toEqual([]);

    const { plan_id: plan } = planned.structured;
    const { state, outcomes } = await desk.apply(String(plan));
    expect([state, await sent()]).toEqual(['applied', ['POST /orgs/1/labels']]);
    const { structured } = await ok('get-labels', { key: 'env', value: 'QA' });
    expect(structured.items).toMatchObject([{ key: 'env', value: 'QA', href: outcomes[0]?.href }]);

    await desk.undo(String(plan), { dryRun: false });
    expect(await read(outcomes[0]?.href ?? '')).toMatchObject({ deleted: true });
  });

  it('knows only the same value as existing, not one that contains it', async () => {
    await ok('create-label', { key: 'env', value: 'Pro' });
    const { error, href } = await refused('create-label', { key: 'env', value: 'Prod' });
    expect([error, href]).toEqual(['already_exists', '/orgs/1/labels/5']);
  });

  it('tells what the PCE has against it', async () => {
    const { error, message } = await refused('create-label', { key: 'colour', value: 'blue' });
    expect(error).toBe('change_failed');
    expect(message).toContain('Label key does not exist');
  });
});
