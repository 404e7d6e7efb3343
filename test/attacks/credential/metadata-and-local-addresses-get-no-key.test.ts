import { expect, it } from 'vitest';
import { company } from '../../gateway/company.ts';

// Security cases 27, 29: every spelling is in host-guard.test.ts; here through the tool, without a list of allowed hosts.
it('and are not connected to', async () => {
  const firm = await company({ env: { MCP_ALLOWED_PCE_HOSTS: '' } });
  for (const host of [
    '127.0.0.1',
    'localhost',
    '169.254.169.254',
    '::ffff:127.0.0.1',
    '0',
    'user@pce.example',
    'pce.example.',
  ])
    expect(await firm.confirmed('ana', 'register-pce-credentials', { ...firm.key, pce_host: host })).toMatchObject({
      error: 'pce_host_refused',
    });
  expect(await firm.call('ana', 'check-pce-credentials-status')).toMatchObject({ registered: false });
  await firm.close();
});
