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
import { self } from './users.ts';

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
