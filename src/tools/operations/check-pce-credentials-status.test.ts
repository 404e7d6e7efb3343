import { expect, it } from 'vitest';
import { credentialCall } from '../../../test/catalogue/key-desk.ts';

it.each([
  ['stdio', false, { registered: true, mode: 'stdio', effective_pce_mode: 'shared' }],
  ['shared', false, { registered: true, mode: 'shared', effective_pce_mode: 'shared' }],
  ['per_user', false, { registered: false, mode: 'per_user', effective_pce_mode: 'none' }],
  ['hybrid', false, { registered: false, mode: 'hybrid', effective_pce_mode: 'shared' }],
  ['per_user', true, { registered: true, effective_pce_mode: 'own', pce_host: 'pce.example.com', tls_verify: true }],
] as const)('check-pce-credentials-status in mode %s, registered %s', async (mode, registered, expected) => {
  const { called } = await credentialCall('check-pce-credentials-status', {}, mode, registered);
  expect(called.structured).toMatchObject(expected);
  expect(called.structured['answer']).toBe(called.structured['message']);
});
