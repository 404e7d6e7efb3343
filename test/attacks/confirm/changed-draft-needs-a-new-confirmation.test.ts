import { expect, it } from 'vitest';
import { company } from '../../gateway/company.ts';

// Security case 21: what is provisioned is what was seen.
it('and nothing is provisioned until then', async () => {
  const firm = await company({ mode: 'shared' });
  const refused = await firm.call('ana', 'provision-policy');
  const { body } = await firm.confirm('ana', { tool: 'provision-policy', params_hash: refused['params_hash'] });
  await firm.call('mallory', 'create-iplist', { name: 'slipped in', ip_ranges: [{ from_ip: '0.0.0.0/0' }] });
  expect(await firm.call('ana', 'provision-policy', {}, { token: String(body['confirm_token']) })).toMatchObject({
    error: 'confirm_required',
  });
  expect(JSON.stringify(await firm.call('ana', 'compare-draft-active'))).toContain('slipped in');
  await firm.close();
});
