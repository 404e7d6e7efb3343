import { expect, it } from 'vitest';
import { company } from '../../gateway/company.ts';

// Security case 18: swapped user, tool or arguments.
it('even for the same call', async () => {
  const firm = await company({ mode: 'shared' });
  const hashOf = async (subject: string, args: object) =>
    (await firm.call(subject, 'register-pce-credentials', { ...firm.key, ...args }))['params_hash'];
  const hash = await hashOf('ana', {});
  const { body } = await firm.confirm('ana', { tool: 'register-pce-credentials', params_hash: hash });
  const token = String(body['confirm_token']);
  const refused = (call: Promise<unknown>) => expect(call).resolves.toMatchObject({ error: 'invalid_confirm_token' });
  await refused(firm.call('mallory', 'register-pce-credentials', firm.key, { token }));
  await refused(firm.call('ana', 'delete-pce-credentials', {}, { token }));
  await refused(firm.call('ana', 'register-pce-credentials', { ...firm.key, label: 'other' }, { token }));
  await firm.close();
});
