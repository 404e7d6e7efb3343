import { describe, expect, it } from 'vitest';
import { policyWorld } from '../../../test/changes/policy-world.ts';
import { workloadId } from '../../simulator/testing/tiny-estate.ts';
import setEnforcementMode from './set-enforcement-mode.ts';

const { ok, refused, desk, pce, read, sent } = await policyWorld([setEnforcementMode]);
const host = (n: number) => `/orgs/1/workloads/${workloadId(n)}`;
const mode = async (n: number) => (await read(host(n)))?.['enforcement_mode'];
const BULK = 'PUT /orgs/1/workloads/bulk_update';

describe('set-enforcement-mode', () => {
  it('plans first, changes on apply with one request, and puts the old modes back', async () => {
    const planned = await ok('set-enforcement-mode', { enforcement_mode: 'selective', labels: 'any', dry_run: true });
    expect(planned.structured).toMatchObject({
      answer: expect.stringContaining('Planned, nothing sent: set 3 of 4 workloads to selective (1 request).'),
      totals: { rows: 4, requests: 1, planned: 3, skipped: 1 },
      widening: ['2 workloads from full to selective: what was blocked is let through'],
      warnings: ['1 workload from visibility_only to selective: blocks what active deny rules name'],
    });
    expect(planned.structured.items).toMatchObject([
      { workload: 'host-1.example.com', change: 'full → selective', result: 'planned' },
      { workload: 'host-2.example.com', change: 'full → selective', result: 'planned' },
      { workload: 'host-3.example.com', change: 'visibility_only → selective', result: 'planned' },
      { workload: 'appliance', result: 'skipped', detail: 'unmanaged: nothing is enforced on it' },
    ]);
    expect(await sent()).toEqual([]);

    const plan = String(planned.structured['plan_id']);
    await desk.apply(plan);
    expect(await sent()).toEqual([BULK]);
    expect([await mode(1), await mode(2), await mode(3), await mode(4)]).toEqual([
      'selective',
      'selective',
      'selective',
      'visibility_only',
    ]);
    await desk.undo(plan, { dryRun: false });
    expect([await sent(), await mode(1), await mode(3)]).toEqual([[BULK], 'full', 'visibility_only']);
  });

  it('takes names, host names and hrefs, and says which are there already', async () => {
    const { structured } = await ok('set-enforcement-mode', {
      enforcement_mode: 'full',
      workloads: ['host-3.example.com', host(1), host(1)],
    });
    expect(structured['answer']).toBe('1 of 2 workloads set to full (1 request). Others: unchanged 1.');
    expect(structured.items).toMatchObject([
      { workload: 'host-3.example.com', result: 'updated' },
      { workload: 'host-1.example.com', change: 'full', result: 'unchanged' },
    ]);
    await desk.undo(String(structured['plan_id']), { dryRun: false });
    expect(await mode(3)).toBe('visibility_only');
  });

  it('overwrites no mode that somebody else set meanwhile: not on apply, not on undo', async () => {
    const planned = await ok('set-enforcement-mode', { enforcement_mode: 'idle', workloads: [host(1)], dry_run: true });
    await pce.send({ method: 'PUT', path: host(1), body: { enforcement_mode: 'selective' } });
    await sent();
    const plan = String(planned.structured['plan_id']);
    await expect(desk.apply(plan)).rejects.toMatchObject({ code: 'conflict' });
    expect(await sent()).toEqual([]);

    const { structured } = await ok('set-enforcement-mode', { enforcement_mode: 'idle', workloads: [host(1)] });
    await pce.send({ method: 'PUT', path: host(1), body: { enforcement_mode: 'full' } });
    await expect(desk.undo(String(structured['plan_id']), { dryRun: false })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await mode(1)).toBe('full');
  });

  it.each([
    [{ workloads: ['host-1'] }, 'not_found'],
    [{ labels: 'app=Orderin' }, 'label_not_found'],
    [{}, 'invalid_arguments'],
    [{ labels: 'app=CRM', workloads: [host(1)] }, 'invalid_arguments'],
    [{ labels: 'app=Ordering' }, 'nothing_to_change'],
    [{ workloads: ['appliance'] }, 'nothing_to_change'],
  ])('sends nothing for %j', async (args, code) => {
    await sent();
    const { error } = await refused('set-enforcement-mode', { enforcement_mode: 'full', ...args });
    expect([error, await sent()]).toEqual([code, []]);
  });

  it('refuses more than max_changes', async () => {
    await sent();
    const args = { enforcement_mode: 'idle', labels: 'app=Ordering', max_changes: 1 };
    const { error, message } = await refused('set-enforcement-mode', args);
    expect([error, await sent()]).toEqual(['too_many_changes', []]);
    expect(message).toBe('2 workloads would change, more than max_changes 1; nothing was sent.');
  });
});
