import { randomBytes } from 'node:crypto';
import type { JsonObject } from '../../core/json.ts';
import { CHOICES } from '../choices.ts';
import type { UserRecord } from '../estates/estate.ts';
import { inputValidation } from '../http/validate.ts';
import { exact, partial, textParam } from '../http/query.ts';
import { forbidden, notFound, unauthorized } from '../http/refusals.ts';
import { collection, type Request, type Route } from '../http/route.ts';
import { open, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { PRODUCT_VERSION } from '../objects/infrastructure.ts';
import { isoTime, userHref } from '../objects/wire.ts';
import type { WorldState } from '../world-state.ts';
import { authenticate, basicCredentials } from './authenticate.ts';
import type { ApiKey } from './keys.ts';

type Call = Request<WorldState>;

const checkKeyPost = bodyCheck<{ readonly name: string; readonly description?: string }>(
  'users_api_keys_post',
  record({ name: text, description: text }, ['name']),
);
const checkKeyPut = bodyCheck<{ readonly name?: string; readonly description?: string }>(
  'users_api_keys_put',
  record({ name: text, description: text }),
);
const checkLogout = bodyCheck<unknown>('users_logout_put', open({}));

function userOf({ world, params }: Call): UserRecord {
  const user = world.estate.users.find(({ id }) => String(id) === params['id']);
  if (!user) throw notFound();
  return user;
}

/** The user of the path, who has to be the caller: keys are one's own (objects.md §2.3). */
function self(request: Call): UserRecord {
  const user = userOf(request);
  if (userHref(user.id) !== request.caller.href) throw forbidden();
  return user;
}

/** Any password of a known user will do: the simulator keeps none. */
function passwordLogin({ world, headers }: Call) {
  const credentials = basicCredentials(headers['authorization']);
  const user = world.estate.users.find(({ username }) => username === credentials?.name);
  if (!user || !credentials?.secret) throw unauthorized();
  return { status: CHOICES.authenticateStatus, json: { auth_token: world.sessions.authToken(user) } };
}

/** Trades the token of the password login for a session; with an API key it only tells who one is (objects.md §2.2). */
function login({ world, headers }: Call) {
  const authorization = headers['authorization'];
  const token = /^Token token=(.+)$/i.exec(authorization ?? '')?.[1];
  const user = token === undefined ? callersUser(world, authorization) : world.sessions.redeem(token);
  if (!user) throw unauthorized();
  return {
    status: 200,
    json: {
      full_name: user.fullName,
      local: true,
      type: 'local',
      href: userHref(user.id),
      auth_username: `user_${user.id}`,
      inactivity_expiration_minutes: CHOICES.sessionMinutes,
      start: `${isoTime(world.clock.now()).slice(0, 19).replace('T', ' ')} UTC`,
      time_zone: 'UTC',
      last_login_ip_address: '127.0.0.1',
      last_login_on: isoTime(world.clock.now()),
      login_url: `https://${world.estate.pceFqdn}/login`,
      orgs: [organisation(world, user)],
      session_token: world.sessions.open(user),
      version_tag: PRODUCT_VERSION.long_display,
      product_version: PRODUCT_VERSION,
    },
  };
}

function callersUser(world: WorldState, authorization: string | undefined): UserRecord | null {
  const caller = authenticate(world, authorization);
  return world.estate.users.find(({ id }) => userHref(id) === caller.href) ?? null;
}

const organisation = (world: WorldState, user: UserRecord) => ({
  org_id: world.orgId,
  org_href: `/orgs/${world.orgId}`,
  href: `/orgs/${world.orgId}`,
  display_name: world.estate.pceFqdn,
  role_scopes: [
    {
      role: { href: `/orgs/${world.orgId}/roles/${user.role}` },
      scope: user.scope.map((id) => ({ label: { href: `/orgs/${world.orgId}/labels/${id}` } })),
      href: `/orgs/${world.orgId}/users/${user.id}/role_scopes/${user.id}`,
    },
  ],
});

const renderUser = (world: WorldState, user: UserRecord): JsonObject => ({
  href: userHref(user.id),
  type: 'local',
  username: user.username,
  full_name: user.fullName,
  display_name: user.fullName,
  time_zone: 'UTC',
  locked: false,
  effective_groups: [],
  last_login_on: isoTime(world.estate.nowMs),
  last_login_ip_address: '127.0.0.1',
  login_count: 1,
  presence_status: 'offline',
  local_profile: {},
  created_at: isoTime(world.estate.nowMs),
  updated_at: isoTime(world.estate.nowMs),
});

const renderKey = (key: ApiKey): JsonObject => ({
  href: `${userHref(key.user.id)}/api_keys/${key.keyId}`,
  key_id: key.keyId,
  auth_username: `api_${key.keyId}`,
  created_at: isoTime(key.createdMs),
  name: key.name,
  description: key.description,
});

const renderOrgKey = (world: WorldState, key: ApiKey): JsonObject => ({
  ...renderKey(key),
  href: `/orgs/${world.orgId}/api_keys/${key.keyId}`,
  state: 'active',
  expires_in_seconds: -1,
  created_by: { href: userHref(key.user.id) },
  last_login_on: isoTime(key.createdMs),
  account: { href: userHref(key.user.id), type: 'user', name: key.user.username },
});

function keyOf(request: Call): ApiKey {
  const user = self(request);
  const key = request.world.keys.get(request.params['key'] ?? '');
  if (!key || key.user.id !== user.id) throw notFound();
  return key;
}

function orgKeyOf({ world, params }: Call): ApiKey {
  const key = world.keys.get(params['key'] ?? '');
  if (!key) throw notFound();
  return key;
}

const keyChange = (key: ApiKey, changeType: 'create' | 'update' | 'delete') => [
  { resource: { api_key: { key_id: key.keyId, name: key.name } }, changeType, changes: {} },
];

function createKey(request: Call) {
  const { world, body, audit } = request;
  const user = self(request);
  const given = checkKeyPost(body);
  const key: ApiKey = {
    keyId: randomBytes(9).toString('hex').slice(0, 17),
    secret: randomBytes(32).toString('hex'),
    user,
    permission: request.caller.permission,
    scope: request.caller.scope,
    name: given.name,
    description: given.description ?? '',
    createdMs: world.clock.now(),
  };
  world.keys.put(key);
  audit('api_key.create', keyChange(key, 'create'));
  // The only time the secret is shown.
  return { status: 201, json: { ...renderKey(key), secret: key.secret } };
}

function updateKey(request: Call) {
  const key = keyOf(request);
  const given = checkKeyPut(request.body);
  request.world.keys.put({
    ...key,
    name: given.name ?? key.name,
    description: given.description ?? key.description,
  });
  request.audit('api_key.update', keyChange(key, 'update'));
  return { status: 204 };
}

function deleteKey(request: Call, key: ApiKey) {
  request.world.keys.remove(key.keyId);
  request.audit('api_key.delete', keyChange(key, 'delete'));
  return { status: 204 };
}

function listOrgKeys({ world, query }: Call) {
  const type = textParam(query, 'type');
  if (type !== 'user' && type !== 'service_account')
    throw inputValidation('api_keys_get', "The property '#/' did not contain a required property of 'type'");
  const keys = type === 'user' ? world.keys.all() : [];
  const username = partial(query, 'username');
  const name = partial(query, 'name');
  const state = exact(query, 'state');
  const found = keys.filter((key) => username(key.user.username) && name(key.name) && state('active'));
  return collection(found, keys.length, (key) => renderOrgKey(world, key));
}

/** Sessions, users and API keys (objects.md §2). A read-only user may manage its own keys and log out. */
export const authRoutes: readonly Route<WorldState>[] = [
  { method: 'POST', path: '/login_users/authenticate', access: 'open', handle: passwordLogin },
  { method: 'GET', path: '/users/login', access: 'open', schema: 'users_login_get', handle: login },
  {
    method: 'PUT',
    path: '/users/:id/logout',
    access: 'read',
    handle(request) {
      checkLogout(request.body ?? {});
      const user = self(request);
      request.world.sessions.close(user);
      request.audit('user.logout', [
        {
          resource: { user: { href: userHref(user.id), type: 'local', username: user.username } },
          changeType: 'update',
          changes: {},
        },
      ]);
      return { status: 204 };
    },
  },
  {
    method: 'GET',
    path: '/users',
    access: 'read',
    collection: true,
    schema: 'users_get',
    handle: ({ world }) => collection(world.estate.users, world.estate.users.length, (user) => renderUser(world, user)),
  },
  {
    method: 'GET',
    path: '/users/:id',
    access: 'read',
    schema: 'users_get',
    handle: (request) => ({ status: 200, json: renderUser(request.world, userOf(request)) }),
  },
  {
    method: 'GET',
    path: '/users/:id/orgs',
    access: 'read',
    collection: true,
    handle(request) {
      const orgs = [organisation(request.world, userOf(request))];
      return collection(orgs, orgs.length, (org) => org);
    },
  },
  {
    method: 'GET',
    path: '/users/:id/api_keys',
    access: 'read',
    collection: true,
    schema: 'users_api_keys_get',
    handle(request) {
      const user = self(request);
      const keys = request.world.keys.all().filter((key) => key.user.id === user.id);
      return collection(keys, keys.length, renderKey);
    },
  },
  { method: 'POST', path: '/users/:id/api_keys', access: 'read', handle: createKey },
  {
    method: 'GET',
    path: '/users/:id/api_keys/:key',
    access: 'read',
    schema: 'users_api_keys_get',
    handle: (request) => ({ status: 200, json: renderKey(keyOf(request)) }),
  },
  { method: 'PUT', path: '/users/:id/api_keys/:key', access: 'read', handle: updateKey },
  {
    method: 'DELETE',
    path: '/users/:id/api_keys/:key',
    access: 'read',
    handle: (request) => deleteKey(request, keyOf(request)),
  },
  {
    method: 'GET',
    path: '/orgs/:org/api_keys',
    access: 'read',
    collection: true,
    schema: 'api_keys_get',
    handle: listOrgKeys,
  },
  {
    method: 'GET',
    path: '/orgs/:org/api_keys/:key',
    access: 'read',
    schema: 'api_keys_get',
    handle: (request) => ({ status: 200, json: renderOrgKey(request.world, orgKeyOf(request)) }),
  },
  {
    method: 'DELETE',
    path: '/orgs/:org/api_keys/:key',
    access: 'write',
    handle: (request) => deleteKey(request, orgKeyOf(request)),
  },
];
