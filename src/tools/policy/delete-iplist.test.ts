import { describe, expect, it } from 'vitest';
import { draftOf, policyWorld } from '../../../test/changes/policy-world.ts';
import createIplist from './create-iplist.ts';
import deleteIplist from './delete-iplist.ts';

const { ok, refused, desk, read, sent, provision } = await policyWorld([createIplist, deleteIplist]);

describe('delete-iplist', () => {
  it('shows where the list is used and sends nothing', async () => {
    await sent();
    const { error, message, used_in: places } = await refused('delete-iplist', { name: 'Offices' });
    expect([error, message, await sent()]).toEqual(['in_use', expect.stringContaining('IP list Offices is used'), []]);
    expect(places).toEqual([expect.stringMatching(/^rule of Ordering as consumer .*\/deny_rules\/3/)]);
  });

  it('deletes a list that was never provisioned; its undo makes it again and says what differs', async () => {
    const made = await ok('create-iplist', {
      name: 'Lab',
      ip_ranges: [{ from_ip: '10.7.0.0/16', description: 'lab' }],
    });
    const href = String(made.structured['href']);
    const planned = await ok('delete-iplist', { name: 'Lab', dry_run: true });
    expect([planned.structured['undo'], await read(href)]).toEqual([
      'partial',
      expect.objectContaining({ name: 'Lab' }),
    ]);

    const { structured } = await ok('delete-iplist', { name: 'Lab' });
    expect([structured['href'], await read(href)]).toEqual([href, null]);
    const back = await desk.undo(String(structured['plan_id']), { dryRun: false });
    expect(back.plan.warnings.join()).toMatch(/href, author, times/);
    expect(await read(back.outcomes[0]?.href ?? '')).toMatchObject({
      name: 'Lab',
      ip_ranges: [{ from_ip: '10.7.0.0/16', description: 'lab' }],
    });
  });

  it('marks a provisioned list, and reverting the mark brings it back whole', async () => {
    const made = await ok('create-iplist', { name: 'Old', ip_ranges: [{ from_ip: '10.8.0.0/16' }] });
    const href = String(made.structured['href']);
    await provision({ ip_lists: [{ href }] });
    const { structured } = await ok('delete-iplist', { href });
    expect([structured['undo'], await read(href)]).toEqual([
      'full',
      expect.objectContaining({ update_type: 'delete' }),
    ]);
    expect((await refused('delete-iplist', { href })).error).toBe('nothing_to_change');
    await desk.undo(String(structured['plan_id']), { dryRun: false });
    expect(await read(href)).toMatchObject({ name: 'Old', update_type: null });
  });

  it('never takes a part of a name for the name', async () => {
    expect((await refused('delete-iplist', { name: 'Offi' })).error).toBe('not_found');
    expect(await read(draftOf('ip_lists', 2))).toMatchObject({ update_type: null });
  });
});
