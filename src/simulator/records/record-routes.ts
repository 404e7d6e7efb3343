import type { JsonObject } from '../../core/json.ts';
import { requireGlobal } from '../auth/scope.ts';
import { fieldChanges } from '../http/audit.ts';
import { notFound, refused, refusedAs } from '../http/refusals.ts';
import { collection, type Method, type Request, type ResourceChange, type Route } from '../http/route.ts';
import { storable } from '../lifecycle/body.ts';
import { type LimitName, requireRoom } from '../limits/limits.ts';
import { isoTime } from '../objects/wire.ts';
import type { WorldState } from '../world-state.ts';
import type { RecordKind } from './record-kind.ts';
import type { StoredRecord } from './record-store.ts';

type Call = Request<WorldState>;

/** The href of a record: the kind's path with its parameters filled in, and its id. */
export const recordHref = (
  { orgId }: Pick<WorldState, 'orgId'>,
  { path }: Pick<RecordKind, 'path'>,
  record: StoredRecord,
) => `${path.replace(':org', String(orgId)).replace(':parent', record.parent ?? '')}/${record.id}`;

/** `created_at` and its like (objects.md §1.3). */
export const auditFields = (record: StoredRecord): JsonObject => ({
  created_at: isoTime(record.createdMs),
  updated_at: isoTime(record.updatedMs),
  created_by: { href: record.createdBy },
  updated_by: { href: record.updatedBy },
});

/** The record of a call's path, if the caller may see it. Throws 404. */
export function recordOf(
  kind: RecordKind,
  { world, caller, params }: Pick<Call, 'world' | 'caller' | 'params'>,
): StoredRecord {
  const record = world.records.get(kind.collection, params['id'] ?? '');
  const parent = kind.path.includes('/:parent/') ? (params['parent'] ?? '') : null;
  if (!record || (parent !== null && record.parent !== parent) || !(kind.visible?.(world, caller)(record) ?? true))
    throw notFound();
  return record;
}

/** The parent a path names, which must exist; null for kinds without. Throws 404. */
export function parentOf(kind: RecordKind, { world, params }: Pick<Call, 'world' | 'params'>): string | null {
  if (kind.parents === undefined) return null;
  const parent = params['parent'] ?? '';
  if (!world.records.get(kind.parents, parent)) throw notFound();
  return parent;
}

export function renderRecord(kind: RecordKind, { world, caller, query }: Pick<Call, 'world' | 'caller' | 'query'>) {
  return (record: StoredRecord): JsonObject => ({
    href: recordHref(world, kind, record),
    ...kind.render(world, record, { caller, query }),
  });
}

/** What an event says of a change of a record. */
export function recordChange(
  world: WorldState,
  kind: RecordKind,
  before: StoredRecord | null,
  after: StoredRecord | null,
): ResourceChange {
  const record = after ?? before;
  if (!record) throw new Error('A change needs a before or an after.');
  const name = record.body['name'];
  return {
    resource: { [kind.singular]: { href: recordHref(world, kind, record), ...(name !== undefined && { name }) } },
    changeType: before ? (after ? 'update' : 'delete') : 'create',
    changes: after ? fieldChanges(before?.body ?? {}, after.body) : {},
  };
}

/** Collections whose size is limited. */
const LIMITED: Readonly<Record<string, LimitName>> = {
  pairing_profiles: 'total_pairing_profiles',
  permissions: 'total_permissions',
  container_clusters: 'total_container_clusters',
};

/** A new record from a checked body, stored. Throws 403 and 406. */
export function createRecord(
  kind: RecordKind,
  { world, caller }: Pick<Call, 'world' | 'caller'>,
  checked: JsonObject,
  parent: string | null,
): StoredRecord {
  const given = stored(kind, world, checked);
  const body = kind.body(world, given, null);
  authorise(kind, { world, caller }, body);
  const id =
    kind.ids === 'uuid'
      ? world.ids.uuid()
      : kind.ids === 'integer'
        ? String(world.ids.next(kind.collection))
        : kind.ids(given);
  requireFree(kind, world, { id: null, parent, body });
  const limit = LIMITED[kind.collection];
  if (limit) requireRoom(world, limit);
  const now = world.clock.now();
  const record: StoredRecord = {
    id,
    parent,
    body,
    createdMs: now,
    createdBy: caller.href,
    updatedMs: now,
    updatedBy: caller.href,
  };
  world.records.put(kind.collection, record);
  return record;
}

/** A record with a checked body laid over it, stored. Throws 403 and 406. */
export function updateRecord(
  kind: RecordKind,
  { world, caller }: Pick<Call, 'world' | 'caller'>,
  before: StoredRecord,
  checked: JsonObject,
): StoredRecord {
  authorise(kind, { world, caller }, before.body);
  const body = kind.body(world, stored(kind, world, checked), before);
  authorise(kind, { world, caller }, body);
  requireFree(kind, world, { ...before, body });
  const after = { ...before, body, updatedMs: world.clock.now(), updatedBy: caller.href };
  world.records.put(kind.collection, after);
  return after;
}

export function removeRecord(
  kind: RecordKind,
  { world, caller }: Pick<Call, 'world' | 'caller'>,
  record: StoredRecord,
): void {
  authorise(kind, { world, caller }, record.body);
  kind.requireUnused?.(world, record);
  world.records.remove(kind.collection, record.id);
  kind.removed?.(world, record);
}

/** A checked body with its references known to exist, except in the kind's literal fields. */
function stored({ literal = [] }: RecordKind, world: WorldState, checked: JsonObject): JsonObject {
  const isLiteral = ([field]: readonly [string, unknown]): boolean => literal.includes(field);
  const entries = Object.entries(checked);
  return {
    ...storable(world, Object.fromEntries(entries.filter((entry) => !isLiteral(entry)))),
    ...Object.fromEntries(entries.filter(isLiteral)),
  };
}

function authorise(kind: RecordKind, { world, caller }: Pick<Call, 'world' | 'caller'>, body: JsonObject): void {
  if (kind.authorise) kind.authorise(world, caller, body);
  else requireGlobal(caller);
}

function requireFree(
  kind: RecordKind,
  { records }: WorldState,
  own: { readonly id: string | null; readonly parent: string | null; readonly body: JsonObject },
): void {
  const others = own.parent === null ? records.all(kind.collection) : records.below(kind.collection, own.parent);
  const { name, external_data_set: dataSet, external_data_reference: reference } = own.body;
  const hasExternal = typeof dataSet === 'string' && typeof reference === 'string';
  if (!kind.nameTaken && !hasExternal) return;
  for (const { id, body } of others) {
    if (id === own.id) continue;
    if (kind.nameTaken && typeof name === 'string' && body['name'] === name) throw refused(...kind.nameTaken);
    if (hasExternal && body['external_data_set'] === dataSet && body['external_data_reference'] === reference)
      throw refusedAs('externalReference');
  }
}

/** CRUD of one kind of record, or of it the methods named. */
export function recordRoutes(
  kind: RecordKind,
  methods: readonly Method[] = ['GET', 'POST', 'PUT', 'DELETE'],
): Route<WorldState>[] {
  const { path, schema, defaultRows, checkPost, checkPut } = kind;
  const one = `${path}/:id`;
  const described = { ...(schema !== undefined && { schema }) };

  function list(request: Call) {
    const { world, caller, query } = request;
    const parent = parentOf(kind, request);
    const records = parent === null ? world.records.all(kind.collection) : world.records.below(kind.collection, parent);
    const visible = kind.visible?.(world, caller);
    const all = visible ? records.filter(visible) : records;
    const matches = kind.filter?.(world, query);
    return collection(matches ? all.filter(matches) : all, all.length, renderRecord(kind, request));
  }

  const routes: Route<WorldState>[] = [
    {
      method: 'GET',
      path,
      access: 'read',
      collection: true,
      ...described,
      ...(defaultRows !== undefined && { defaultRows }),
      handle: list,
    },
    {
      method: 'GET',
      path: one,
      access: 'read',
      ...described,
      handle: (request) => ({ status: 200, json: renderRecord(kind, request)(recordOf(kind, request)) }),
    },
  ];
  if (checkPost)
    routes.push({
      method: 'POST',
      path,
      access: 'write',
      ...described,
      handle(request) {
        const record = createRecord(kind, request, checkPost(request.body), parentOf(kind, request));
        request.audit(`${kind.singular}.create`, [recordChange(request.world, kind, null, record)]);
        return { status: 201, json: renderRecord(kind, request)(record) };
      },
    });
  if (checkPut)
    routes.push({
      method: 'PUT',
      path: one,
      access: 'write',
      handle(request) {
        const before = recordOf(kind, request);
        const after = updateRecord(kind, request, before, checkPut(request.body));
        request.audit(`${kind.singular}.update`, [recordChange(request.world, kind, before, after)]);
        return { status: 204 };
      },
    });
  routes.push({
    method: 'DELETE',
    path: one,
    access: 'write',
    handle(request) {
      const record = recordOf(kind, request);
      removeRecord(kind, request, record);
      request.audit(`${kind.singular}.delete`, [recordChange(request.world, kind, record, null)]);
      return { status: 204 };
    },
  });
  return routes.filter(({ method }) => methods.includes(method));
}
