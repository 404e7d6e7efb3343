import { expect, it } from 'vitest';
import { tinyEstate } from '../testing/tiny-estate.ts';
import { startTiny } from '../testing/tiny-simulator.ts';

let nowMs = tinyEstate().nowMs;
const { call, created, done, listed, refused, simulator } = await startTiny(tinyEstate(), {
  clock: { now: () => nowMs },
});
const basic = (name: string, secret: string) => ({
  key: null,
  headers: { Authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` },
});

async function session() {
  const token = await call('POST', '/login_users/authenticate?pce_fqdn=x', basic('owner@example.com', 'anything'));
  expect(token.status).toBe(201);
  const { auth_token: value } = token.json as { auth_token: string };
  const login = await call('GET', '/users/login', {
    key: null,
    headers: { Authorization: `Token token=${value}` },
  });
  return { value, login: login.json as { auth_username: string; session_token: string; orgs: { org_id: number }[] } };
}

it('trades a password for a token and that, once, for a session', async () => {
  const { value, login } = await session();
  expect(login.orgs[0]).toMatchObject({ org_id: 1, org_href: '/orgs/1' });
  const labels = await call('GET', '/orgs/1/labels', basic(login.auth_username, login.session_token));
  expect(labels.status).toBe(200);
  const again = { key: null, headers: { Authorization: `Token token=${value}` } };
  expect(await refused('GET', '/users/login', again)).toEqual([401, 'authentication_failed']);
});

it('ends sessions by logout and by inactivity', async () => {
  const { login } = await session();
  const own = basic(login.auth_username, login.session_token);
  expect((await call('PUT', '/users/1/logout', { ...own, body: {} })).status).toBe(204);
  expect((await refused('GET', '/orgs/1/labels', own))[0]).toBe(401);
  const { login: second } = await session();
  nowMs += 9 * 60_000;
  const other = basic(second.auth_username, second.session_token);
  expect((await call('GET', '/orgs/1/labels', other)).status).toBe(200);
  nowMs += 11 * 60_000;
  expect((await refused('GET', '/orgs/1/labels', other))[0]).toBe(401);
});

it('knows no strangers and no empty passwords', async () => {
  expect((await refused('POST', '/login_users/authenticate', basic('nobody@example.com', 'x')))[0]).toBe(401);
  expect((await refused('POST', '/login_users/authenticate', basic('owner@example.com', '')))[0]).toBe(401);
});

it('makes API keys that work until they are deleted, and shows the secret once', async () => {
  const key = await created('/users/1/api_keys', { name: 'mine' });
  const pair = { apiKey: String(key['auth_username']), apiSecret: String(key['secret']) };
  expect((await call('GET', '/orgs/1/labels', { key: pair })).status).toBe(200);
  const all = await listed('/users/1/api_keys');
  expect(all.find(({ href }) => href === key.href)).toMatchObject({ name: 'mine' });
  expect(JSON.stringify(all)).not.toContain('secret');
  expect((await refused('GET', '/users/2/api_keys'))[0]).toBe(403);
  await done('DELETE', key.href);
  expect((await refused('GET', '/orgs/1/labels', { key: pair }))[0]).toBe(401);
});

it('lists the keys of the org only by type', async () => {
  expect(await refused('GET', '/orgs/1/api_keys')).toEqual([406, 'input_validation_error']);
  expect(await listed('/orgs/1/api_keys?type=user&username=reader')).toHaveLength(1);
  expect(await listed('/orgs/1/api_keys?type=service_account')).toHaveLength(0);
});

it('lets an API key ask whose it is', async () => {
  expect((await call('GET', '/users/login', { key: simulator.keys.readOnly })).json).toMatchObject({
    href: '/users/2',
    full_name: 'Rita Reader',
  });
});
