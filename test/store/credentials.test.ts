import { expect, it } from 'vitest';
import { createSqlCredentials, type CredentialRecord, CREDENTIALS } from '../../src/store/credentials.ts';
import { onEveryDatabase } from './databases.ts';

const record = (over: Partial<CredentialRecord> = {}): CredentialRecord => ({
  issuer: 'https://idp.example',
  subject: 'ana',
  host: 'pce.example',
  port: 8443,
  orgId: '9007199254740993',
  tlsVerify: true,
  label: null,
  apiKeySealed: new Uint8Array([1, 2, 0, 255]),
  apiSecretSealed: new Uint8Array([3]),
  keyId: 'k1',
  version: 'v1',
  createdMs: 1_800_000_000_000,
  lastUsedMs: null,
  ...over,
});

onEveryDatabase('credential store', (open) => {
  it('gives back every field as it was put in', async () => {
    const { sql } = await open(CREDENTIALS);
    const store = createSqlCredentials(sql);
    const full = record({ label: 'Büro', tlsVerify: false, lastUsedMs: 1_800_000_000_001 });
    await store.put(full);
    const found = await store.find(full);
    expect({ ...found, apiKeySealed: [...(found?.apiKeySealed ?? [])] }).toEqual({
      ...full,
      apiKeySealed: [1, 2, 0, 255],
      apiSecretSealed: expect.anything(),
    });
    await store.close();
  });

  it('keeps issuers and subjects apart, however they are cut', async () => {
    const { sql } = await open(CREDENTIALS);
    const store = createSqlCredentials(sql);
    await store.put(record({ issuer: 'a', subject: 'bc' }));
    expect(await store.find({ issuer: 'ab', subject: 'c' })).toBeNull();
    expect(await store.find({ issuer: 'A', subject: 'BC' })).toBeNull();
    await store.close();
  });

  it('replaces a key and keeps the time of the first registration', async () => {
    const { sql } = await open(CREDENTIALS);
    const store = createSqlCredentials(sql);
    await store.put(record());
    await store.put(record({ host: 'other.example', version: 'v2', createdMs: 1_900_000_000_000 }));
    expect(await store.list()).toHaveLength(1);
    expect(await store.find(record())).toMatchObject({
      host: 'other.example',
      version: 'v2',
      createdMs: 1_800_000_000_000,
    });
    await store.close();
  });

  it('removes once', async () => {
    const { sql } = await open(CREDENTIALS);
    const store = createSqlCredentials(sql);
    await store.put(record());
    expect([await store.remove(record()), await store.remove(record())]).toEqual([true, false]);
    await store.close();
  });

  it('does not reseal what was registered anew in the meantime', async () => {
    const { sql } = await open(CREDENTIALS);
    const store = createSqlCredentials(sql);
    const sealed = { apiKeySealed: new Uint8Array([9]), apiSecretSealed: new Uint8Array([9]), keyId: 'k2' };
    await store.put(record());
    await store.put(record({ version: 'v2' }));
    expect(await store.reseal(record(), sealed)).toBe(false);
    expect(await store.reseal(record({ version: 'v2' }), sealed)).toBe(true);
    expect(await store.find(record())).toMatchObject({ keyId: 'k2', version: 'v2' });
    await store.close();
  });

  it('is the same for every handle, and migrates once', async () => {
    const { sql, another } = await open(CREDENTIALS);
    await createSqlCredentials(sql).put(record());
    const handles = await Promise.all([another(), another(), another()]);
    for (const handle of handles) {
      expect(await createSqlCredentials(handle).list()).toHaveLength(1);
      await handle.close();
    }
    await sql.close();
  });

  it('refuses tables that are newer than this program', async () => {
    const { sql, another } = await open(CREDENTIALS);
    await sql.run('UPDATE schema_versions SET version = 99');
    await expect(another()).rejects.toThrow('version 99');
    await sql.close();
  });
});
