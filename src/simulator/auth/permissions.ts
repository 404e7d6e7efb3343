import type { JsonObject } from '../../core/json.ts';
import { textParam } from '../http/query.ts';
import { invalidUri, notFound, refusedAs } from '../http/refusals.ts';
import { collection, type Route } from '../http/route.ts';
import { either, hrefObject, list, oneOf, open, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { hrefOf } from '../lifecycle/body.ts';
import type { RecordKind } from '../records/record-kind.ts';
import { recordHref, recordRoutes } from '../records/record-routes.ts';
import type { WorldState } from '../world-state.ts';
import { grantIn } from './grants.ts';
import { ROLES } from './roles.ts';

/** Flat, unlike the scopes of rule sets (objects.md §2.3). */
export const orgScope = list(
  either(record({ label: hrefObject }, ['label']), record({ label_group: hrefObject }, ['label_group'])),
);
export const roleObject = hrefObject;

/** Refuses a role that does not exist. Throws 406. */
export function requireRole(world: WorldState, body: JsonObject): void {
  const href = hrefOf(body['role']) ?? '';
  if (!href.startsWith(`/orgs/${world.orgId}/roles/`) || grantIn(world, body) === null) throw invalidUri(href);
}

export const principalKind: RecordKind = {
  collection: 'auth_security_principals',
  path: '/orgs/:org/auth_security_principals',
  singular: 'auth_security_principal',
  schema: 'orgs_auth_security_principals_get',
  ids: 'uuid',
  literal: ['access_restriction'],
  checkPost: bodyCheck<JsonObject>(
    'orgs_auth_security_principals_post',
    record(
      {
        type: oneOf('user', 'group'),
        name: text,
        display_name: text,
        access_restriction: either(hrefObject, { type: 'null' }),
      },
      ['type', 'name'],
    ),
  ),
  checkPut: bodyCheck<JsonObject>('orgs_auth_security_principals_put', {
    ...record({
      type: oneOf('user', 'group'),
      name: text,
      display_name: text,
      access_restriction: either(hrefObject, { type: 'null' }),
    }),
    minProperties: 1,
  }),
  body(world, given, before) {
    requireRestriction(world, given);
    return { display_name: given['name'], access_restriction: null, ...before?.body, ...given };
  },
  render: (_world, { body }) => body,
  nameTaken: ['auth_security_principal_name_in_use', 'Name must be unique'],
  removed(world, own) {
    const href = recordHref(world, principalKind, own);
    for (const permission of world.records.all('permissions'))
      if (hrefOf(permission.body['auth_security_principal']) === href)
        world.records.remove('permissions', permission.id);
  },
  filter(_world, query) {
    const [name, type] = [textParam(query, 'name'), textParam(query, 'type')];
    return ({ body }) => (name === undefined || body['name'] === name) && (type === undefined || body['type'] === type);
  },
};

/** Refuses an access restriction that does not exist. Throws 406. */
export function requireRestriction(world: WorldState, { access_restriction: restriction }: JsonObject): void {
  const href = hrefOf(restriction);
  if (href === null) return;
  const id = href.startsWith(`/orgs/${world.orgId}/access_restrictions/`) ? (href.split('/').at(-1) ?? '') : '';
  if (!world.records.get('access_restrictions', id)) throw invalidUri(href);
}

const permission = { role: roleObject, scope: orgScope, auth_security_principal: hrefObject } as const;

const permissionKind: RecordKind = {
  collection: 'permissions',
  path: '/orgs/:org/permissions',
  singular: 'permission',
  schema: 'orgs_permissions_get',
  ids: 'uuid',
  literal: ['role', 'auth_security_principal'],
  checkPost: bodyCheck<JsonObject>(
    'orgs_permissions_post',
    open(permission, ['role', 'scope', 'auth_security_principal']),
  ),
  checkPut: bodyCheck<JsonObject>('orgs_permissions_put', { ...open(permission), minProperties: 1 }),
  body(world, given, before) {
    const body = { ...before?.body, ...given };
    requireRole(world, body);
    const principal = hrefOf(body['auth_security_principal']) ?? '';
    const base = `/orgs/${world.orgId}/auth_security_principals/`;
    if (!principal.startsWith(base) || !world.records.get('auth_security_principals', principal.slice(base.length)))
      throw invalidUri(principal);
    const { role, scope, auth_security_principal } = body;
    return { role: { href: hrefOf(role) }, scope, auth_security_principal };
  },
  render: (_world, { body }) => body,
  requireUnused(world, own) {
    const owners = world.records.all('permissions').filter(({ body }) => isOwner(world, body));
    if (owners.length === 1 && owners[0]?.id === own.id) throw refusedAs('lastOwner');
  },
  filter(_world, query) {
    const wanted = ['auth_security_principal', 'role'].map((name) => [name, textParam(query, name)] as const);
    const scope = textParam(query, 'scope');
    return ({ body }) =>
      wanted.every(([name, href]) => href === undefined || hrefOf(body[name]) === href) &&
      (scope === undefined || JSON.stringify(body['scope']).includes(JSON.stringify(scope)) || scope === '[]');
  },
};

const isOwner = (world: WorldState, body: JsonObject): boolean => {
  const grant = grantIn(world, body);
  return grant?.role === 'owner' && grant.scope.length === 0;
};

const roleAt = (orgId: number, role: string) => ({ href: `/orgs/${orgId}/roles/${role}` });

/** Roles, who is known to the organisation, and what they may do (objects.md §2.3). Only owners write them. */
export const permissionRoutes: readonly Route<WorldState>[] = [
  {
    method: 'GET',
    path: '/orgs/:org/roles',
    access: 'read',
    collection: true,
    schema: 'orgs_roles_get',
    handle: ({ world }) => collection(ROLES, ROLES.length, (role) => roleAt(world.orgId, role)),
  },
  {
    method: 'GET',
    path: '/orgs/:org/roles/:id',
    access: 'read',
    schema: 'orgs_roles_get',
    handle({ world, params }) {
      const role = ROLES.find((each) => each === params['id']);
      if (role === undefined) throw notFound();
      return { status: 200, json: roleAt(world.orgId, role) };
    },
  },
  ...recordRoutes(principalKind),
  ...recordRoutes(permissionKind),
];
