import { randomBytes } from 'node:crypto';
import type { JsonObject } from '../../core/json.ts';
import { partial, textParam } from '../http/query.ts';
import { notFound } from '../http/refusals.ts';
import type { Request, Route } from '../http/route.ts';
import { either, hrefObject, list, nullableText, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { hrefOf, objectsIn, textIn } from '../lifecycle/body.ts';
import type { RecordKind } from '../records/record-kind.ts';
import {
  auditFields,
  createRecord,
  recordChange,
  recordHref,
  recordOf,
  recordRoutes,
} from '../records/record-routes.ts';
import type { WorldState } from '../world-state.ts';
import { renderOrgKey } from './api-keys.ts';
import type { ApiKey } from './keys.ts';
import { orgScope, requireRestriction, requireRole, roleObject } from './permissions.ts';

type Call = Request<WorldState>;

const expiry = either({ type: 'string', enum: ['default'] }, { type: 'integer', minimum: -1, maximum: 2_147_483_647 });
const newKey = record({ expires_in_seconds: expiry }, ['expires_in_seconds']);
const fields = {
  name: text,
  description: nullableText,
  access_restriction: either(hrefObject, { type: 'null' }),
  permissions: list(record({ href: text, role: roleObject, scope: orgScope }, ['role', 'scope'])),
} as const;

const checkPost = bodyCheck<JsonObject>(
  'service_accounts_post',
  record({ ...fields, api_key: newKey }, ['name', 'permissions', 'api_key']),
);
const checkKey = bodyCheck<JsonObject>('service_accounts_api_keys_post', newKey);

const kind: RecordKind = {
  collection: 'service_accounts',
  path: '/orgs/:org/service_accounts',
  singular: 'service_account',
  schema: 'service_accounts_get',
  ids: 'uuid',
  literal: ['permissions', 'access_restriction'],
  checkPut: bodyCheck<JsonObject>('service_accounts_put', record(fields)),
  body(world, given, before) {
    requireRestriction(world, given);
    const permissions = given['permissions'] === undefined ? null : objectsIn(given['permissions']);
    for (const permission of permissions ?? []) requireRole(world, permission);
    return {
      description: '',
      access_restriction: null,
      ...before?.body,
      ...given,
      ...(permissions !== null && {
        permissions: permissions.map(({ href, role, scope }) => ({
          href: textIn(href) ?? `/orgs/${world.orgId}/permissions/${world.ids.uuid()}`,
          role: { href: hrefOf(role) },
          scope,
        })),
      }),
    };
  },
  render: (world, own) => ({
    ...own.body,
    api_keys: world.keys.of({ type: 'service_account', id: own.id }).map((key) => renderOrgKey(world, key)),
    ...auditFields(own),
  }),
  nameTaken: ['service_account_name_in_use', 'Service account name must be unique'],
  removed(world, { id }) {
    for (const { keyId } of world.keys.of({ type: 'service_account', id })) world.keys.remove(keyId);
  },
  filter(_world, query) {
    const name = partial(query, 'name');
    const role = textParam(query, 'role');
    return ({ body }) =>
      name(textIn(body['name'])) &&
      (role === undefined || objectsIn(body['permissions']).some((own) => hrefOf(own['role']) === role));
  },
};

/** A new key of a service account; the answer is the only place that ever shows its secret. */
function makeKey({ world, caller }: Pick<Call, 'world' | 'caller'>, id: string, given: unknown): ApiKey {
  const seconds = typeof given === 'number' ? given : Number(world.settings.org['max_api_key_expiration_in_seconds']);
  const nowMs = world.clock.now();
  const key: ApiKey = {
    keyId: randomBytes(9).toString('hex').slice(0, 17),
    secret: randomBytes(32).toString('hex'),
    account: { type: 'service_account', id },
    grants: null,
    name: '',
    description: '',
    createdMs: nowMs,
    createdBy: caller.href,
    expiresMs: seconds < 0 ? null : nowMs + seconds * 1000,
  };
  world.keys.put(key);
  return key;
}

const shownOnce = ({ keyId, secret }: ApiKey) => ({ auth_username: `api_${keyId}`, secret });

function create(request: Call) {
  const { world } = request;
  const { api_key: wanted, ...given } = checkPost(request.body);
  const account = createRecord(kind, request, given, null);
  const key = makeKey(request, account.id, (wanted as JsonObject | undefined)?.['expires_in_seconds']);
  request.audit('service_account.create', [recordChange(world, kind, null, account)]);
  return {
    status: 201,
    json: {
      href: recordHref(world, kind, account),
      ...kind.render(world, account, request),
      api_key: shownOnce(key),
    },
  };
}

const keyChange = (world: WorldState, key: ApiKey, changeType: 'create' | 'delete') => ({
  resource: { api_key: { href: `/orgs/${world.orgId}/api_keys/${key.keyId}`, key_id: key.keyId, name: key.name } },
  changeType,
  changes: {},
});

/** Service accounts: keys for programs, with permissions of their own (objects.md §2.3, traffic.md §14). */
export const serviceAccountRoutes: readonly Route<WorldState>[] = [
  ...recordRoutes(kind),
  { method: 'POST', path: kind.path, access: 'write', schema: 'service_accounts_get', handle: create },
  {
    method: 'POST',
    path: `${kind.path}/:id/api_keys`,
    access: 'write',
    handle(request) {
      const { world } = request;
      const account = recordOf(kind, request);
      const key = makeKey(request, account.id, checkKey(request.body)['expires_in_seconds']);
      request.audit('api_key.create', [keyChange(world, key, 'create')]);
      return { status: 201, json: { ...renderOrgKey(world, key), ...shownOnce(key) } };
    },
  },
  {
    method: 'DELETE',
    path: `${kind.path}/:id/api_keys/:key`,
    access: 'write',
    handle(request) {
      const { world, params } = request;
      const account = recordOf(kind, request);
      const key = world.keys
        .of({ type: 'service_account', id: account.id })
        .find(({ keyId }) => keyId === params['key']);
      if (!key) throw notFound();
      world.keys.remove(key.keyId);
      request.audit('api_key.delete', [keyChange(world, key, 'delete')]);
      return { status: 204 };
    },
  },
];
