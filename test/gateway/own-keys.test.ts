import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Company, company } from './company.ts';

describe('mode per_user', () => {
  let firm: Company;
  beforeAll(async () => {
    firm = await company();
  });
  afterAll(() => firm.close());

  it('asks for a key before anything else, and lists the same tools before and after', async () => {
    expect(await firm.call('ana', 'get-labels')).toMatchObject({ error: 'no_pce_credentials', setup_path: '/setup' });
    expect(await firm.call('ana', 'check-pce-credentials-status')).toMatchObject({
      registered: false,
      mode: 'per_user',
      effective_pce_mode: 'none',
    });
    const names = async () => {
      const listed = await firm.gateway.ask(await firm.gateway.token({ sub: 'ana' }));
      return await listed.text();
    };
    const before = await names();
    expect(await firm.confirmed('ana', 'register-pce-credentials', { ...firm.key, label: 'mine' })).toMatchObject({
      status: 'ok',
      pce_host: '127.0.0.1',
      label: 'mine',
    });
    expect(await names()).toBe(before);
    expect(await firm.call('ana', 'get-labels', { max_results: 1 })).toMatchObject({ items: [expect.anything()] });
    expect(await firm.call('ana', 'check-pce-credentials-status')).toMatchObject({
      registered: true,
      effective_pce_mode: 'own',
      pce_org_id: firm.key['pce_org_id'],
    });
  });

  it('uses a key for its owner only', async () => {
    expect(await firm.call('ben', 'get-labels')).toMatchObject({ error: 'no_pce_credentials' });
  });

  it('stores no key that the PCE does not accept', async () => {
    const wrong = { ...firm.key, api_secret: 'canary-wrong-secret' };
    expect(await firm.confirmed('cleo', 'register-pce-credentials', wrong)).toMatchObject({
      error: 'credentials_refused',
      message: expect.stringContaining('The PCE key was not stored'),
    });
    expect(await firm.call('cleo', 'check-pce-credentials-status')).toMatchObject({ registered: false });
  });

  it('sends no key to a host the operator does not list', async () => {
    const elsewhere = { ...firm.key, pce_host: '169.254.169.254' };
    expect(await firm.confirmed('cleo', 'register-pce-credentials', elsewhere)).toMatchObject({
      error: 'pce_host_refused',
    });
  });

  it('forgets a key at once', async () => {
    await firm.confirmed('dan', 'register-pce-credentials', firm.key);
    expect(await firm.call('dan', 'get-labels', { max_results: 1 })).toHaveProperty('items');
    expect(await firm.confirmed('dan', 'delete-pce-credentials')).toMatchObject({ status: 'ok' });
    expect(await firm.call('dan', 'get-labels')).toMatchObject({ error: 'no_pce_credentials' });
    expect(await firm.confirmed('dan', 'delete-pce-credentials')).toMatchObject({ status: 'noop' });
  });

  it('leaves no secret in any file, log or record', async () => {
    const { readFileSync, readdirSync } = await import('node:fs');
    await firm.confirmed('eve', 'register-pce-credentials', firm.key);
    const { apiSecret } = firm.simulator;
    for (const file of readdirSync(firm.gateway.folder))
      expect(readFileSync(`${firm.gateway.folder}/${file}`).includes(apiSecret), file).toBe(false);
    expect(firm.gateway.log()).not.toContain(apiSecret);
    expect(firm.gateway.log()).not.toContain('canary-wrong-secret');
  });
});

describe('mode hybrid', () => {
  it('uses the shared key until there is an own one, and says so in status and record', async () => {
    const firm = await company({ mode: 'hybrid' });
    expect(await firm.call('ana', 'get-labels', { max_results: 1 })).toHaveProperty('items');
    expect(await firm.call('ana', 'check-pce-credentials-status')).toMatchObject({
      registered: false,
      effective_pce_mode: 'shared',
    });
    await firm.confirmed('ana', 'register-pce-credentials', firm.key);
    await firm.call('ana', 'get-labels', { max_results: 1 });
    expect(await firm.call('ana', 'check-pce-credentials-status')).toMatchObject({ effective_pce_mode: 'own' });
    const authorization = `Bearer ${await firm.gateway.token({ sub: 'ana' })}`;
    const page = await (await fetch(`${firm.gateway.origin}/setup`, { headers: { authorization } })).text();
    expect(page).toContain('Your calls then use the key that this server has for everybody.');
    const used = firm.rows('audit.db', "SELECT pce_key FROM audit_entries WHERE tool = 'get-labels' ORDER BY id");
    expect(used.map(({ pce_key: key }) => key)).toEqual(['shared', 'own']);
    await firm.close();
  });
});

describe('mode shared', () => {
  it('keeps no keys and says so kindly', async () => {
    const firm = await company({ mode: 'shared' });
    expect(await firm.call('ana', 'check-pce-credentials-status')).toMatchObject({ registered: true, mode: 'shared' });
    expect(await firm.confirmed('ana', 'register-pce-credentials', firm.key)).toMatchObject({
      error: 'no_own_keys',
      message: expect.stringContaining('keeps no PCE keys'),
    });
    await firm.close();
  });
});
