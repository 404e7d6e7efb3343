import { expect, it } from 'vitest';
import { credentialCall } from '../../../test/catalogue/key-desk.ts';

it('delete-pce-credentials tells whether there was a key', async () => {
  const { called } = await credentialCall('delete-pce-credentials', {}, 'per_user', true);
  expect(called.structured).toMatchObject({ status: 'ok', message: expect.stringContaining('still valid on the PCE') });
  expect((await credentialCall('delete-pce-credentials', {})).called.structured).toMatchObject({ status: 'noop' });
});
