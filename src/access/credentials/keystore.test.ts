import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../core/secret.ts';
import { type CredentialRecord, createSqlCredentials, CREDENTIALS } from '../../store/credentials.ts';
import { openSqlite } from '../../store/sqlite.ts';
import { kekOf, type Keks, loadKeks } from './kek.ts';
import { type Credential, createKeystore } from './keystore.ts';

const newKey = () => randomBytes(32).toString('base64');
const KEY = newKey();
const ana = { issuer: 'https://idp.example', subject: 'ana' };
const clock = { now: () => 1_800_000_000_000 };

const credential = (over: Partial<Credential> = {}): Credential => ({
  host: 'pce.example',
  port: 8443,
  orgId: '1',
  tlsVerify: true,
  label: 'mine',
  apiKey: new Secret('api_0123456789abcdef'),
  apiSecret: new Secret('canary-secret-of-ana'),
  ...over,
});

const keks = (key = KEY, previous?: string): Promise<Keks> =>
  loadKeks({ key: new Secret(key), command: undefined, previous: previous ? new Secret(previous) : undefined });

async function setUp() {
  const store = createSqlCredentials(await openSqlite(':memory:', [CREDENTIALS]));
  const keystore = createKeystore({ store, keks: await keks(), clock });
  const edit = async (over: Partial<CredentialRecord>) => {
    const record = await store.find(ana);
    if (record) await store.put({ ...record, ...over });
  };
  return { store, keystore, edit };
}

describe('keystore', () => {
  it('gives back a key to its owner and to nobody else', async () => {
    const { keystore } = await setUp();
    await keystore.save(ana, credential());
    const opened = await keystore.open(ana);
    expect(opened?.apiKey.reveal()).toBe('api_0123456789abcdef');
    expect(opened?.apiSecret.reveal()).toBe('canary-secret-of-ana');
    expect(await keystore.open({ ...ana, subject: 'ben' })).toBeNull();
    expect(await keystore.open({ ...ana, issuer: 'https://other.example' })).toBeNull();
  });

  it('writes no secret in the clear, and shows none', async () => {
    const { store, keystore } = await setUp();
    await keystore.save(ana, credential());
    const record = await store.find(ana);
    const bytes = Buffer.concat([
      record?.apiKeySealed ?? new Uint8Array(),
      record?.apiSecretSealed ?? new Uint8Array(),
    ]);
    expect(bytes.includes('canary')).toBe(false);
    expect(bytes.includes('api_0123')).toBe(false);
    expect(JSON.stringify(await keystore.list())).not.toMatch(/canary|api_0123/);
    expect(JSON.stringify(await keystore.open(ana))).not.toMatch(/canary|api_0123/);
  });

  it.each<[string, Partial<CredentialRecord>]>([
    ['another host', { host: 'evil.example' }],
    ['another port', { port: 443 }],
    ['another org', { orgId: '2' }],
    ['no TLS checks', { tlsVerify: false }],
    ['an unknown key-encryption key', { keyId: 'ffffffffffffffff' }],
  ])('does not open a record that was edited: %s', async (_what, over) => {
    const { keystore, edit } = await setUp();
    await keystore.save(ana, credential());
    await edit(over);
    await expect(keystore.open(ana)).rejects.toMatchObject({ code: 'credentials_unreadable' });
  });

  it('does not open a field moved to another column or another person', async () => {
    const { store, keystore } = await setUp();
    await keystore.save(ana, credential());
    const record = await store.find(ana);
    if (!record) throw new Error('not stored');
    await store.put({ ...record, apiKeySealed: record.apiSecretSealed });
    await expect(keystore.open(ana)).rejects.toMatchObject({ code: 'credentials_unreadable' });
    await store.put({ ...record, subject: 'ben' });
    await expect(keystore.open({ ...ana, subject: 'ben' })).rejects.toMatchObject({ code: 'credentials_unreadable' });
  });

  it('does not open a field of which one bit is turned, wherever', async () => {
    const { store, keystore } = await setUp();
    await keystore.save(ana, credential());
    const record = await store.find(ana);
    if (!record) throw new Error('not stored');
    for (let at = 0; at < record.apiSecretSealed.length; at++) {
      const apiSecretSealed = Uint8Array.from(record.apiSecretSealed);
      apiSecretSealed[at] = (apiSecretSealed[at] ?? 0) ^ 1;
      await store.put({ ...record, apiSecretSealed });
      await expect(keystore.open(ana)).rejects.toMatchObject({ code: 'credentials_unreadable' });
    }
  });

  it('seals the same secret differently each time', async () => {
    const { store, keystore } = await setUp();
    await keystore.save(ana, credential());
    const first = await store.find(ana);
    await keystore.save(ana, credential());
    expect((await store.find(ana))?.apiKeySealed).not.toEqual(first?.apiKeySealed);
  });
});

describe('rotation', () => {
  it('moves every key to the new key-encryption key while servers with both keep working', async () => {
    const { store, keystore } = await setUp();
    await keystore.save(ana, credential());
    await keystore.save({ ...ana, subject: 'ben' }, credential());
    const next = newKey();
    const both = createKeystore({ store, keks: await keks(next, KEY), clock });
    expect((await both.open(ana))?.apiSecret.reveal()).toBe('canary-secret-of-ana');
    expect(await both.rotate()).toEqual({ moved: 2, alreadyCurrent: 0, unreadable: [] });
    expect(await both.rotate()).toEqual({ moved: 0, alreadyCurrent: 2, unreadable: [] });
    const after = createKeystore({ store, keks: await keks(next), clock });
    expect((await after.open(ana))?.apiSecret.reveal()).toBe('canary-secret-of-ana');
    await expect(keystore.open(ana)).rejects.toMatchObject({ code: 'credentials_unreadable' });
  });

  it('names what it could not read and leaves it as it is', async () => {
    const { store, keystore } = await setUp();
    await keystore.save(ana, credential());
    const stranger = createKeystore({ store, keks: await keks(newKey()), clock });
    expect(await stranger.rotate()).toEqual({ moved: 0, alreadyCurrent: 0, unreadable: [ana] });
    expect((await keystore.open(ana))?.apiKey.reveal()).toBe('api_0123456789abcdef');
  });
});

describe('the key-encryption key', () => {
  it('comes from a command', async () => {
    const loaded = await loadKeks({ key: undefined, command: `printf '%s\\n' '${KEY}'`, previous: undefined });
    expect(loaded.current.id).toBe(kekOf(KEY).id);
  });

  it.each([
    ['none', { key: undefined, command: undefined }, 'exactly one of'],
    ['two', { key: new Secret(KEY), command: 'true' }, 'exactly one of'],
    ['a short one', { key: new Secret('c2hvcnQ='), command: undefined }, '32 bytes'],
    ['a command that fails', { key: undefined, command: 'echo canary; exit 3' }, 'MCP_KEK_COMMAND failed (3)'],
    ['a command that prints something else', { key: undefined, command: 'echo canary' }, '32 bytes'],
  ])('stops the start when there is %s, without repeating it', async (_what, settings, message) => {
    const refused = loadKeks({ ...settings, previous: undefined });
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.not.toThrow('canary');
  });

  it('has a name that does not change and is not the key', () => {
    expect(kekOf(KEY).id).toBe(kekOf(KEY.replaceAll('+', '-').replaceAll('/', '_')).id);
    expect(kekOf(newKey()).id).not.toBe(kekOf(KEY).id);
  });
});
