import { describe, expect, it } from 'vitest';
import { credentialCall } from '../../../test/catalogue/key-desk.ts';

const KEY = {
  pce_host: 'pce.example.com',
  pce_port: 8443,
  pce_org_id: '1',
  api_key: 'api_1',
  api_secret: 'canary-secret',
};

describe('register-pce-credentials', () => {
  it('keeps the key and tells where it goes, never what it is', async () => {
    const { called, desk } = await credentialCall('register-pce-credentials', { ...KEY, label: 'mine' });
    expect(called.structured).toMatchObject({
      status: 'ok',
      pce_host: 'pce.example.com',
      pce_port: 8443,
      label: 'mine',
    });
    expect(JSON.stringify(called)).not.toContain('canary');
    expect(desk.kept?.apiSecret.reveal()).toBe('canary-secret');
    expect(desk.kept?.tlsVerify).toBe(true);
  });

  it('says kindly that there is nothing to register on stdio', async () => {
    const { called } = await credentialCall('register-pce-credentials', KEY, 'stdio');
    expect(called.structured).toMatchObject({ error: 'no_own_keys' });
    expect(called.isError).toBe(true);
  });
});
