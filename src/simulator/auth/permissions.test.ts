import { describe, expect, it } from 'vitest';
import type { KeyPair } from '../server.ts';
import { LABEL, tinyEstate, workloadId } from '../testing/tiny-estate.ts';
import { draft, labelHref, startTiny } from '../testing/tiny-simulator.ts';

let nowMs = tinyEstate().nowMs;
const { call, created, done, got, listed, refused, simulator } = await startTiny(tinyEstate(), {
  clock: { now: () => nowMs },
});

const role = (name: string) => ({ href: `/orgs/1/roles/${name}` });
const scopeOf = (...labels: readonly number[]) => labels.map((id) => ({ label: { href: labelHref(id) } }));

/** A service account with these permissions, and its key. */
async function account(
  name: string,
  permissions: readonly object[],
  more: object = {},
): Promise<{ readonly href: string; readonly key: KeyPair }> {
  const body = { name, permissions, api_key: { expires_in_seconds: -1 }, ...more };
  const made = await created('/orgs/1/service_accounts', body);
  const { auth_username, secret } = made['api_key'] as { auth_username: string; secret: string };
  return { href: made.href, key: { apiKey: auth_username, apiSecret: secret } };
}

const rules = { description: 'changed' };
/** What a key may do, as statuses: edit a rule set, provision it, edit a workload, an IP list, and an account. */
async function abilities(key: KeyPair): Promise<readonly number[]> {
  const status = async (method: string, path: string, body: unknown) =>
    (await call(method, path, { key, body })).status;
  const edits = await status('PUT', draft('rule_sets', 2), rules);
  await done('PUT', draft('rule_sets', 2), { description: `before ${String(Math.random())}` });
  const subset = { change_subset: { rule_sets: [{ href: draft('rule_sets', 2) }] } };
  return [
    edits,
    await status('POST', '/orgs/1/sec_policy', subset),
    await status('PUT', `/orgs/1/workloads/${workloadId(1)}`, { description: 'x' }),
    await status('PUT', draft('ip_lists', 2), { description: 'x' }),
    await status('PUT', '/users/2', { time_zone: 'UTC' }),
    await status('GET', '/orgs/1/labels', undefined),
  ];
}

describe('roles', () => {
  it.each([
    ['owner', [204, 201, 204, 204, 204, 200]],
    ['admin', [204, 201, 204, 204, 403, 200]],
    ['read_only', [403, 403, 403, 403, 403, 200]],
    // It may provision what is global, which a rule set is not.
    ['global_object_provisioner', [403, 403, 403, 403, 403, 200]],
    ['ruleset_manager', [204, 201, 403, 403, 403, 200]],
    ['limited_ruleset_manager', [204, 403, 403, 403, 403, 200]],
    ['ruleset_provisioner', [403, 201, 403, 403, 403, 200]],
    ['ruleset_viewer', [403, 403, 403, 403, 403, 200]],
    ['workload_manager', [403, 403, 204, 403, 403, 200]],
  ])('%s', async (name, expected) => {
    const { key } = await account(`role ${name}`, [{ role: role(name), scope: [] }]);
    expect(await abilities(key)).toEqual(expected);
  });

  it('are nine, each found by its name', async () => {
    const roles = await listed('/orgs/1/roles');
    expect(roles).toHaveLength(9);
    expect(await got(roles[0]?.href ?? '')).toEqual(roles[0]);
    expect(await refused('GET', '/orgs/1/roles/king')).toEqual([404, 'not_found_error']);
  });

  it('of the provisioner: global objects, and nothing else', async () => {
    const { key } = await account('provisioner', [{ role: role('global_object_provisioner'), scope: [] }]);
    await done('PUT', draft('ip_lists', 2), { description: 'to provision' });
    const change_subset = { ip_lists: [{ href: draft('ip_lists', 2) }] };
    expect((await call('POST', '/orgs/1/sec_policy', { key, body: { change_subset } })).status).toBe(201);
  });
});

describe('scopes', () => {
  it('limit a role to the labels of each permission, and permissions do not mix', async () => {
    const { key } = await account('two scopes', [
      { role: role('workload_manager'), scope: scopeOf(LABEL.ordering, LABEL.dev) },
      { role: role('workload_manager'), scope: scopeOf(LABEL.crm, LABEL.prod) },
    ]);
    // Workload 1 is Ordering in Prod, workload 3 CRM in Dev: each in the app of one permission and the environment of the other.
    for (const n of [1, 3]) expect((await refused('GET', `/orgs/1/workloads/${workloadId(n)}`, { key }))[0]).toBe(404);
    const own = { labels: [{ href: labelHref(LABEL.crm) }, { href: labelHref(LABEL.prod) }], name: 'mine' };
    expect((await call('POST', '/orgs/1/workloads', { key, body: own })).status).toBe(201);
  });

  it('count for the role they belong to only', async () => {
    const { key } = await account('reader and manager', [
      { role: role('read_only'), scope: [] },
      { role: role('ruleset_manager'), scope: scopeOf(LABEL.crm) },
    ]);
    expect((await call('GET', `/orgs/1/workloads/${workloadId(1)}`, { key })).status).toBe(200);
    expect((await refused('PUT', draft('rule_sets', 2), { key, body: rules }))[0]).toBe(403);
  });

  it('by a label group reach as far as its members', async () => {
    const group = await created('/orgs/1/sec_policy/draft/label_groups', { name: 'LG', key: 'app', labels: [] });
    const { key } = await account('group', [
      { role: role('workload_manager'), scope: [{ label_group: { href: group.href } }] },
    ]);
    const workload = `/orgs/1/workloads/${workloadId(1)}`;
    expect((await refused('PUT', workload, { key, body: rules }))[0]).toBe(404);
    await done('PUT', group.href, { labels: [{ href: labelHref(LABEL.ordering) }] });
    expect((await call('PUT', workload, { key, body: rules })).status).toBe(204);
  });
});

describe('users', () => {
  it('may do what permissions say, from the moment they say it', async () => {
    const user = await created('/users', { username: 'new@example.com', type: 'local', full_name: 'Nina New' });
    const session = await login('new@example.com', 'anything');
    expect((await call('GET', '/orgs/1/labels', session)).status).toBe(403);
    const principal = await created('/orgs/1/auth_security_principals', { type: 'user', name: 'new@example.com' });
    const permission = await created('/orgs/1/permissions', {
      role: role('read_only'),
      scope: [],
      auth_security_principal: { href: principal.href },
    });
    expect((await call('GET', '/orgs/1/labels', session)).status).toBe(200);
    expect((await call('POST', '/orgs/1/labels', { ...session, body: { key: 'env', value: 'N' } })).status).toBe(403);
    await done('PUT', permission.href, { role: role('admin') });
    expect((await call('POST', '/orgs/1/labels', { ...session, body: { key: 'env', value: 'N' } })).status).toBe(201);
    await done('DELETE', principal.href);
    expect((await call('GET', '/orgs/1/labels', session)).status).toBe(403);
    expect(await refused('GET', permission.href)).toEqual([404, 'not_found_error']);
    await done('PUT', user.href, { locked: true });
    expect((await call('GET', '/orgs/1/labels', session)).status).toBe(401);
  });

  it('have the password somebody set, and any other before', async () => {
    await created('/users', { username: 'pass@example.com', type: 'local' });
    const [user] = (await listed('/users')).filter(({ username }) => username === 'pass@example.com');
    const session = await login('pass@example.com', 'whatever');
    const change = { current_password: 'whatever', new_password: 'right' };
    expect((await call('PUT', `${user?.href}/local_profile/password`, { ...session, body: change })).status).toBe(204);
    const again = { current_password: 'wrong', new_password: 'other' };
    expect((await call('PUT', `${user?.href}/local_profile/password`, { ...session, body: again })).status).toBe(406);
    expect((await call('POST', '/login_users/authenticate', basic('pass@example.com', 'wrong'))).status).toBe(401);
    expect((await call('POST', '/login_users/authenticate', basic('pass@example.com', 'right'))).status).toBe(201);
  });

  it('cannot lose the last owner, or have names twice', async () => {
    const [owner] = (await listed('/orgs/1/permissions?role=/orgs/1/roles/owner')).map(({ href }) => href);
    expect((await refused('DELETE', owner ?? ''))[0]).toBe(406);
    expect((await refused('POST', '/users', { body: { username: 'owner@example.com', type: 'local' } }))[0]).toBe(406);
  });
});

describe('keys', () => {
  it('of service accounts are listed, expire and go with their account', async () => {
    const { href, key } = await account('short', [{ role: role('read_only'), scope: [] }], {
      api_key: { expires_in_seconds: 60 },
    });
    expect((await call('GET', '/orgs/1/labels', { key })).status).toBe(200);
    const own = async (state: string) =>
      (await listed(`/orgs/1/api_keys?type=service_account&name=short&state=${state}`)).length;
    expect([await own('active'), await own('expired')]).toEqual([1, 0]);
    nowMs += 61_000;
    expect((await call('GET', '/orgs/1/labels', { key })).status).toBe(401);
    expect([await own('active'), await own('expired')]).toEqual([0, 1]);
    const second = await created(`${href}/api_keys`, { expires_in_seconds: -1 });
    const pair = { apiKey: String(second['auth_username']), apiSecret: String(second['secret']) };
    expect((await call('GET', '/orgs/1/labels', { key: pair })).status).toBe(200);
    await done('DELETE', href);
    expect((await call('GET', '/orgs/1/labels', { key: pair })).status).toBe(401);
    expect(JSON.stringify(await listed('/orgs/1/api_keys?type=service_account'))).not.toContain(pair.apiSecret);
  });

  it('are good from the addresses of their access restriction only', async () => {
    const restriction = await created('/orgs/1/access_restrictions', { name: 'office', ips: ['10.0.0.0/8'] });
    const { key } = await account('far', [{ role: role('read_only'), scope: [] }], { access_restriction: restriction });
    expect((await call('GET', '/orgs/1/labels', { key })).status).toBe(401);
    expect((await refused('DELETE', restriction.href))[0]).toBe(406);
    await done('PUT', restriction.href, { ips: ['10.0.0.0/8', '127.0.0.0/8', '::1'] });
    expect((await call('GET', '/orgs/1/labels', { key })).status).toBe(200);
    await done('PUT', restriction.href, { ips: ['10.0.0.1'], enforcement_exclusions: ['api_keys'] });
    expect((await call('GET', '/orgs/1/labels', { key })).status).toBe(200);
    expect((await refused('POST', '/orgs/1/access_restrictions', { body: { name: 'x', ips: ['nonsense'] } }))[0]).toBe(
      406,
    );
  });

  it('leave the account behind in the events they cause', async () => {
    const { href, key } = await account('writer', [{ role: role('admin'), scope: [] }]);
    await call('POST', '/orgs/1/labels', { key, body: { key: 'env', value: 'By account' } });
    const { ownEvents } = simulator.world;
    expect(ownEvents.at(-1)?.['created_by']).toEqual({ service_account: { href, name: 'writer' } });
  });
});

const basic = (name: string, secret: string) => ({
  key: null,
  headers: { Authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` },
});

/** Credentials of a new session. */
async function login(name: string, password: string) {
  const { json } = await call('POST', '/login_users/authenticate', basic(name, password));
  const { auth_token: token } = json as { auth_token: string };
  const { json: user } = await call('GET', '/users/login', {
    key: null,
    headers: { Authorization: `Token token=${token}` },
  });
  const { auth_username, session_token } = user as { auth_username: string; session_token: string };
  return basic(auth_username, session_token);
}
