import { describe, expect, it } from 'vitest';
import { draftOf, policyWorld } from '../../../test/changes/policy-world.ts';
import updateIplist from './update-iplist.ts';

const { ok, refused, desk, read, sent, faults } = await policyWorld([updateIplist]);
const OFFICES = draftOf('ip_lists', 2);
const AS_IT_WAS = {
  name: 'Offices',
  ip_ranges: [{ from_ip: '192.168.0.0', to_ip: '192.168.3.255', exclusion: false }],
  fqdns: [{ fqdn: '*.example.net' }],
};

describe('update-iplist', () => {
  it('plans, applies, answers what stands now, and puts everything back', async () => {
    await sent();
    const args = { name: 'Offices', new_name: 'All offices', ip_ranges: [{ from_ip: '192.168.0.0/16' }], fqdns: [] };
    const planned = await ok('update-iplist', { ...args, dry_run: true });
    expect(await sent()).toEqual([]);
    expect(planned.structured['widening']).toEqual([
      'IP list Offices covers more with 192.168.0.0/16, used in 1 rule',
      'IP list Offices loses addresses blocked by 1 deny rule',
    ]);

    const { structured } = await ok('update-iplist', args);
    expect(structured).toMatchObject({ name: 'All offices', ip_ranges: [{ from_ip: '192.168.0.0/16' }], fqdns: [] });
    expect(structured.answer).toContain('Widens policy: IP list Offices covers more with 192.168.0.0/16');
    expect(await sent()).toEqual([`PUT ${OFFICES}`]);

    await desk.undo(String(structured['plan_id']), { dryRun: false });
    expect(await read(OFFICES)).toMatchObject(AS_IT_WAS);
  });

  it('names no widening where none is: a smaller list outside deny rules, a description', async () => {
    const { structured } = await ok('update-iplist', { href: OFFICES, description: 'Users of all offices' });
    expect(structured['widening']).toBeUndefined();
    await desk.undo(String(structured['plan_id']), { dryRun: false });
    expect(await read(OFFICES)).toMatchObject(AS_IT_WAS);
  });

  it('refuses what changes nothing, a name that is taken, and a name that is only part of one', async () => {
    expect((await refused('update-iplist', { name: 'Offices', fqdns: ['*.example.net'] })).error).toBe(
      'nothing_to_change',
    );
    expect((await refused('update-iplist', { name: 'Offices', new_name: 'Any (0.0.0.0/0 and ::/0)' })).error).toBe(
      'already_exists',
    );
    const { error, candidates } = await refused('update-iplist', { name: 'Office', description: 'x' });
    expect([error, candidates]).toEqual(['not_found', ['Offices']]);
    expect((await refused('update-iplist', { href: draftOf('services', 2), description: 'x' })).error).toBe(
      'invalid_arguments',
    );
  });

  it('refuses to apply a plan whose list was edited since, and sends nothing', async () => {
    const planned = await ok('update-iplist', { name: 'Offices', description: 'mine', dry_run: true });
    await ok('update-iplist', { name: 'Offices', description: 'theirs' });
    await sent();
    await expect(desk.apply(String(planned.structured['plan_id']))).rejects.toMatchObject({ code: 'conflict' });
    expect(await sent()).toEqual([]);
    expect(await read(OFFICES)).toMatchObject({ description: 'theirs' });
  });

  it('is not a failure when what was changed cannot be read again', async () => {
    // Before the write and after it the list is read once each by the plan; the third time is the answer's own.
    await faults([
      { match: { method: 'GET', path: OFFICES, nth: 3, count: 0 }, effect: { kind: 'status', status: 500 } },
    ]);
    const { structured } = await ok('update-iplist', { name: 'Offices', description: 'unread' });
    expect(await faults([])).toBe(true);
    expect([structured['state'], structured.coverage.gaps, (await read(OFFICES))?.['description']]).toEqual([
      'applied',
      [expect.stringMatching(/^the change stands, but it could not be read back/)],
      'unread',
    ]);
  });
});
