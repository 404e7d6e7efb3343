import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { company } from '../../gateway/company.ts';

// Security case 19: where it cannot be kept that a confirmation was asked for or is spent, none counts.
it('whether it cannot be asked for, or cannot be spent', async () => {
  const firm = await company({ mode: 'shared' });
  await firm.call('ana', 'create-iplist', { name: 'pending', ip_ranges: [{ from_ip: '10.1.0.0/16' }] });
  const before = await firm.call('ana', 'compare-draft-active');
  const refused = await firm.call('ana', 'provision-policy');
  const { body } = await firm.confirm('ana', { tool: 'provision-policy', params_hash: refused['params_hash'] });
  const token = String(body['confirm_token']);

  const vandal = new DatabaseSync(join(firm.gateway.folder, 'jti.db'));
  for (const table of ['used_jti', 'approvals'])
    vandal.exec(`CREATE TRIGGER full_${table} BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
  expect(await firm.call('ana', 'provision-policy', {}, { token })).toMatchObject({ error: 'internal' });
  expect(await firm.call('ana', 'provision-policy')).toMatchObject({ error: 'internal' });
  expect((await firm.call('ana', 'compare-draft-active'))['totals']).toEqual(before['totals']);

  for (const table of ['used_jti', 'approvals']) vandal.exec(`DROP TRIGGER full_${table}`);
  vandal.close();
  expect(await firm.call('ana', 'provision-policy', {}, { token })).toMatchObject({ version: expect.any(Number) });
  await firm.close();
});
