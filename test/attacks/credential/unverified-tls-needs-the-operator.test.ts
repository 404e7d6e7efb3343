import { expect, it } from 'vitest';
import { company } from '../../gateway/company.ts';

// reference-server.md §4.5: there a user can switch the check of the certificate off.
it('so a caller cannot send their key to whoever answers', async () => {
  const firm = await company({ env: { PCE_TLS_VERIFY: 'true' } });
  expect(await firm.confirmed('ana', 'register-pce-credentials', firm.key)).toMatchObject({
    error: 'credentials_refused',
    message: expect.stringContaining('not verified'),
  });
  expect(await firm.confirmed('ana', 'register-pce-credentials', { ...firm.key, tls_verify: true })).toMatchObject({
    error: 'credentials_refused',
  });
  await firm.close();
});
