import type { JsonObject } from '../../core/json.ts';
import { exact, flagParam, partial } from '../http/query.ts';
import { refusedAs } from '../http/refusals.ts';
import { type Request, type ResourceChange, type Route } from '../http/route.ts';
import { integer, list, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { textIn } from '../lifecycle/body.ts';
import type { RecordKind } from '../records/record-kind.ts';
import { createRecord, recordChange, recordHref, recordRoutes } from '../records/record-routes.ts';
import type { WorldState } from '../world-state.ts';
import { isoTime } from './wire.ts';
import { bulkFailure } from './workload-bulk.ts';

const group = record({ sid: text, name: text, description: text }, ['sid', 'name']);
const user = record({ name: text, sid: text, upn: text }, ['name', 'sid', 'upn']);

const BULK = { maxItems: 2000 } as const;
const ROWS = 100;

const path = '/orgs/:org/security_principals';

/** A SID names one object of its kind. */
function requireFreeSid(world: WorldState, collection: string, { sid }: JsonObject): void {
  if (world.records.get(collection, textIn(sid) ?? '')) throw refusedAs('sidTaken');
}

const nextId = (world: WorldState): number => world.ids.next('security_principal_ids');

export const securityPrincipalKind: RecordKind = {
  collection: 'security_principals',
  path,
  singular: 'security_principal',
  schema: 'security_principals_get',
  defaultRows: ROWS,
  ids: ({ sid }) => textIn(sid) ?? '',
  checkPost: bodyCheck<JsonObject>('security_principals_post', group),
  checkPut: bodyCheck<JsonObject>(
    'security_principals_put',
    record({ name: text, description: text, members: list(integer) }),
  ),
  body(world, given, before) {
    if (!before) requireFreeSid(world, 'security_principals', given);
    return { id: before?.body['id'] ?? nextId(world), description: '', members: [], ...before?.body, ...given };
  },
  render(world, own, { query }) {
    const { id, members, ...body } = own.body;
    const used = world.policies.referrers(recordHref(world, securityPrincipalKind, own)).length > 0;
    return {
      ...(flagParam(query, 'show_id') && { id }),
      ...body,
      deleted: false,
      used_by_ruleset: used,
      ...(flagParam(query, 'show_members') && { members }),
      created_at: isoTime(own.createdMs),
      updated_at: isoTime(own.updatedMs),
    };
  },
  requireUnused(world, own) {
    if (world.policies.referrers(recordHref(world, securityPrincipalKind, own)).length > 0)
      throw refusedAs('securityPrincipalReferenced');
  },
  filter(_world, query) {
    const name = partial(query, 'name');
    const sid = exact(query, 'sid');
    return ({ body }) => name(textIn(body['name'])) && sid(textIn(body['sid']));
  },
};

/** The people in user groups, since 26.x. */
export const securityPrincipalUserKind: RecordKind = {
  collection: 'security_principal_users',
  path: '/orgs/:org/security_principal_users',
  singular: 'security_principal_user',
  schema: 'security_principal_users_get',
  defaultRows: ROWS,
  ids: ({ sid }) => textIn(sid) ?? '',
  checkPut: bodyCheck<JsonObject>('security_principal_users_put', record({ sid: text, name: text, upn: text })),
  body(world, given, before) {
    if (!before) requireFreeSid(world, 'security_principal_users', given);
    // The SID is the name of the thing; what a PUT says of it changes nothing.
    return {
      id: before?.body['id'] ?? nextId(world),
      ...before?.body,
      ...given,
      ...(before && { sid: before.id }),
    };
  },
  render: (_world, { body, createdMs, updatedMs }) => ({
    ...body,
    deleted: false,
    created_at: isoTime(createdMs),
    updated_at: isoTime(updatedMs),
  }),
  filter(_world, query) {
    const name = partial(query, 'name');
    const sid = exact(query, 'sid');
    const upn = partial(query, 'upn');
    return ({ body }) => name(textIn(body['name'])) && sid(textIn(body['sid'])) && upn(textIn(body['upn']));
  },
};

/** Each item stands for itself; the answer says what became of it, in the order given (objects.md §6.5). */
function bulkCreate(kind: RecordKind, check: (body: unknown) => readonly JsonObject[]): Route<WorldState> {
  return {
    method: 'PUT',
    path: `${kind.path}/bulk_create`,
    access: 'write',
    handle(request: Request<WorldState>) {
      const { world } = request;
      const changes: ResourceChange[] = [];
      const json = check(request.body).map((item) => {
        try {
          const made = createRecord(kind, request, item, null);
          changes.push(recordChange(world, kind, null, made));
          return { href: recordHref(world, kind, made), status: 'created' };
        } catch (error) {
          return bulkFailure(null, error);
        }
      });
      request.audit(`${kind.singular}s.bulk_create`, changes);
      return { status: 200, json };
    },
  };
}

/** User groups of the directory (objects.md §7.5) and their members. */
export const securityPrincipalRoutes: readonly Route<WorldState>[] = [
  bulkCreate(
    securityPrincipalKind,
    bodyCheck<readonly JsonObject[]>('security_principals_bulk_create_put', list(group, BULK)),
  ),
  ...recordRoutes(securityPrincipalKind),
  bulkCreate(
    securityPrincipalUserKind,
    bodyCheck<readonly JsonObject[]>('security_principal_users_bulk_create_put', list(user, BULK)),
  ),
  ...recordRoutes(securityPrincipalUserKind, ['GET', 'PUT', 'DELETE']),
];
