import { describe, expect, it } from 'vitest';
import { draftOf, policyWorld } from '../../../test/changes/policy-world.ts';
import deleteService from './delete-service.ts';

const { ok, refused, desk, read, sent } = await policyWorld([deleteService]);
const RDP = draftOf('services', 3);

describe('delete-service', () => {
  it('shows where the service is used and sends nothing', async () => {
    await sent();
    const { error, used_in: places } = await refused('delete-service', { name: 'All Services' });
    expect([error, places, await sent()]).toEqual([
      'in_use',
      [expect.stringMatching(/^rule of Default as service .*\/sec_rules\/1/)],
      [],
    ]);
  });

  it('plans, deletes, and brings it back whole', async () => {
    await sent();
    const planned = await ok('delete-service', { name: 'S-RDP', dry_run: true });
    expect([planned.structured['undo'], await sent()]).toEqual(['full', []]);
    const { structured } = await ok('delete-service', { name: 'S-RDP' });
    expect([structured['message'], (await read(RDP))?.['update_type']]).toEqual([
      expect.stringContaining('Service S-RDP deleted in the draft'),
      'delete',
    ]);
    await desk.undo(String(structured['plan_id']), { dryRun: false });
    expect(await read(RDP)).toMatchObject({ update_type: null, risk_details: { ransomware: { severity: 'high' } } });
  });

  it('never takes a part of a name for the name', async () => {
    expect((await refused('delete-service', { name: 'RDP' })).error).toBe('not_found');
  });
});
