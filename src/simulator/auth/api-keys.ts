import { randomBytes } from 'node:crypto';
import type { JsonObject } from '../../core/json.ts';
import { exact, partial, textParam } from '../http/query.ts';
import { notFound } from '../http/refusals.ts';
import { collection, type Request, type ResourceChange, type Route } from '../http/route.ts';
import { record, text } from '../http/schema.ts';
import { bodyCheck, inputValidation } from '../http/validate.ts';
import { isoTime, userHref } from '../objects/wire.ts';
import type { WorldState } from '../world-state.ts';
import type { ApiKey } from './keys.ts';
import { permissionsOf, principalOf } from './grants.ts';
import { self } from './users.ts';
import { hrefOf, objectsIn, textIn } from '../lifecycle/body.ts';

type Call = Request<WorldState>;

const checkKeyPost = bodyCheck<{ readonly name: string; readonly description?: string }>(
  'users_api_keys_post',
  record({ name: text, description: text }, ['name']),
);
const checkKeyPut = bodyCheck<{ readonly name?: string; readonly description?: string }>(
  'users_api_keys_put',
  record({ name: text, description: text }),
);

const renderKey = (key: ApiKey): JsonObject => ({
  href: `/users/${key.account.id}/api_keys/${key.keyId}`,
  key_id: key.keyId,
  auth_username: `api_${key.keyId}`,
  created_at: isoTime(key.createdMs),
  name: key.name,
  description: key.description,
});

const hasExpired = (world: WorldState, { expiresMs }: ApiKey): boolean =>
  expiresMs !== null && expiresMs <= world.clock.now();

/** The account of a key as its owner's organisation sees it. */
function renderAccount(world: WorldState, { account }: ApiKey): JsonObject {
  if (account.type === 'user') {
    const user = world.users.get(account.id);
    const permissions = user ? permissionsOf(world, user) : [];
    return {
      href: userHref(account.id),
      type: 'user',
      name: user?.username ?? '',
      access_restriction: (user && principalOf(world, user)?.body['access_restriction']) ?? null,
      permissions: permissions.map(({ id, body }) => ({
        href: `/orgs/${world.orgId}/permissions/${id}`,
        role: body['role'],
        scope: body['scope'],
      })),
    };
  }
  const { name, access_restriction, permissions } = world.records.get('service_accounts', account.id)?.body ?? {};
  const href = `/orgs/${world.orgId}/service_accounts/${account.id}`;
  return { href, type: 'service_account', name: name ?? '', access_restriction, permissions };
}

/** A key of a user or service account, without its secret (objects.md §2.3). */
export const renderOrgKey = (world: WorldState, key: ApiKey): JsonObject => ({
  ...renderKey(key),
  href: `/orgs/${world.orgId}/api_keys/${key.keyId}`,
  state: hasExpired(world, key) ? 'expired' : 'active',
  expires_in_seconds: key.expiresMs === null ? -1 : Math.max(0, Math.ceil((key.expiresMs - world.clock.now()) / 1000)),
  created_by: { href: key.createdBy },
  last_login_on: isoTime(key.createdMs),
  account: renderAccount(world, key),
});

function keyOf(request: Call): ApiKey {
  const user = self(request);
  const key = request.world.keys.get(request.params['key'] ?? '');
  if (!key || key.account.type !== 'user' || key.account.id !== user.id) throw notFound();
  return key;
}

function orgKeyOf({ world, params }: Call): ApiKey {
  const key = world.keys.get(params['key'] ?? '');
  if (!key) throw notFound();
  return key;
}

const keyChange = (key: ApiKey, changeType: ResourceChange['changeType']): ResourceChange[] => [
  { resource: { api_key: { key_id: key.keyId, name: key.name } }, changeType, changes: {} },
];

function createKey(request: Call) {
  const { world, body, audit } = request;
  const user = self(request);
  const given = checkKeyPost(body);
  const key: ApiKey = {
    keyId: randomBytes(9).toString('hex').slice(0, 17),
    secret: randomBytes(32).toString('hex'),
    account: { type: 'user', id: user.id },
    grants: null,
    name: given.name,
    description: given.description ?? '',
    createdMs: world.clock.now(),
    createdBy: request.caller.href,
    expiresMs: null,
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
  const keys = world.keys.all().filter(({ account }) => account.type === type);
  const username = partial(query, 'username');
  const name = partial(query, 'name');
  const state = exact(query, 'state');
  const role = textParam(query, 'role');
  const found = keys.filter((key) => {
    const account = renderAccount(world, key);
    return (
      (type === 'user' ? username(textIn(account['name'])) : name(textIn(account['name']))) &&
      state(hasExpired(world, key) ? 'expired' : 'active') &&
      (role === undefined || objectsIn(account['permissions']).some((own) => hrefOf(own['role']) === role))
    );
  });
  return collection(found, keys.length, (key) => renderOrgKey(world, key));
}

/** API keys (objects.md §2.3): one's own, and the organisation's. A read-only user may manage its own. */
export const apiKeyRoutes: readonly Route<WorldState>[] = [
  {
    method: 'GET',
    path: '/users/:id/api_keys',
    access: 'read',
    collection: true,
    schema: 'users_api_keys_get',
    handle(request) {
      const user = self(request);
      const keys = request.world.keys.of({ type: 'user', id: user.id });
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
