import { expect, it } from 'vitest';
import { company } from '../../gateway/company.ts';

// Security cases 18, 19: a state we did not issue lets nothing through, wherever it is put and whatever it looks like.
it('leaves the policy as it is', async () => {
  const firm = await company({ mode: 'shared' });
  await firm.call('ana', 'create-iplist', { name: 'pending', ip_ranges: [{ from_ip: '10.1.0.0/16' }] });
  const before = await firm.call('ana', 'compare-draft-active');
  const payload = Buffer.from(
    JSON.stringify({
      exp: 4_000_000_000,
      iss: firm.gateway.issuer,
      jti: 'x',
      params_hash: 'x',
      sub: 'ana',
      tool: 'provision-policy',
    }),
  ).toString('base64url');
  for (const token of ['accept', 'true', `${payload}.`, `${payload}.${payload}`, '{"action":"accept"}'])
    expect(await firm.call('ana', 'provision-policy', {}, { token })).toMatchObject({ error: 'invalid_confirm_token' });
  for (const extra of [{ confirm: true }, { confirmed: 'yes' }])
    expect(await firm.call('ana', 'provision-policy', extra)).toMatchObject({ error: 'invalid_arguments' });
  expect((await firm.call('ana', 'compare-draft-active'))['totals']).toEqual(before['totals']);
  await firm.close();
});
