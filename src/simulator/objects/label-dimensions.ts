import type { JsonObject } from '../../core/json.ts';
import { requireGlobal } from '../auth/scope.ts';
import { fieldChanges } from '../http/audit.ts';
import { exact, flagParam, partial } from '../http/query.ts';
import { notFound, refusedAs } from '../http/refusals.ts';
import { collection, type Request, type Route } from '../http/route.ts';
import { between, external, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import type { WorldState } from '../world-state.ts';
import { requireExternalUnique } from './external.ts';
import type { StoredDimension } from './label-store.ts';
import { capsFor, isoTime, isoTimeOrNull } from './wire.ts';

type Call = Request<WorldState>;

interface DimensionBody {
  readonly key?: string;
  readonly display_name?: string;
  readonly display_info?: {
    readonly icon?: string;
    readonly initial?: string;
    readonly background_color?: string;
    readonly foreground_color?: string;
    readonly display_name_plural?: string;
    readonly sort_ordinal?: number;
  };
  readonly external_data_set?: string | null;
  readonly external_data_reference?: string | null;
}

const fields = {
  display_name: text,
  display_info: record({
    icon: text,
    initial: text,
    background_color: text,
    foreground_color: text,
    display_name_plural: text,
    sort_ordinal: { type: 'integer' },
  }),
  ...external,
} as const;

const checkPost = bodyCheck<DimensionBody & { readonly key: string; readonly display_name: string }>(
  'label_dimensions_post',
  record({ ...fields, key: between(1, 64) }, ['key', 'display_name']),
);
const checkPut = bodyCheck<DimensionBody>('label_dimensions_put', record(fields));

function usage(world: WorldState, key: string): { readonly labels: boolean; readonly label_groups: boolean } {
  return {
    labels: world.labels.all().some((label) => !label.deleted && label.record.key === key),
    label_groups: world.policies.inVersion('label_groups', 'draft').some(({ content }) => content.body['key'] === key),
  };
}

function render({ world, caller }: Call, dimension: StoredDimension): JsonObject {
  const { record: own } = dimension;
  return {
    href: `/orgs/${world.orgId}/label_dimensions/${own.id}`,
    key: own.key,
    display_name: own.displayName,
    created_at: isoTime(own.createdMs),
    updated_at: isoTime(dimension.updatedMs),
    display_info: {
      icon: own.icon,
      initial: own.initial,
      background_color: own.backgroundColor,
      foreground_color: own.foregroundColor,
      display_name_plural: own.plural,
      sort_ordinal: own.ordinal,
    },
    external_data_set: dimension.externalDataSet,
    external_data_reference: dimension.externalDataReference,
    deleted: dimension.deletedMs !== null,
    deleted_at: isoTimeOrNull(dimension.deletedMs),
    deleted_by: dimension.deletedMs === null ? null : { href: dimension.updatedBy },
    usage: usage(world, own.key),
    caps: capsFor(caller, ['write', 'delete']),
    created_by: { href: dimension.createdBy },
    updated_by: { href: dimension.updatedBy },
  };
}

function find({ world, params }: Call): StoredDimension {
  const dimension = world.dimensions.get(params['id'] ?? '');
  if (!dimension || dimension.deletedMs !== null) throw notFound();
  return dimension;
}

const change = (request: Call, dimension: StoredDimension, changes: JsonObject) => {
  const { href, key, display_name } = render(request, dimension);
  return { resource: { label_dimension: { href, key, display_name } }, changes };
};

function list(request: Call) {
  const { world, query } = request;
  const all = world.dimensions.all();
  const candidates = flagParam(query, 'include_deleted') ? all : all.filter(({ deletedMs }) => deletedMs === null);
  const key = partial(query, 'key');
  const name = partial(query, 'display_name');
  const dataSet = exact(query, 'external_data_set');
  const reference = exact(query, 'external_data_reference');
  const found = candidates.filter(
    (own) =>
      key(own.record.key) &&
      name(own.record.displayName) &&
      dataSet(own.externalDataSet) &&
      reference(own.externalDataReference),
  );
  return collection(found, candidates.length, (own) => render(request, own));
}

/** `before` with the fields of a body laid over it. */
function edited(request: Call, before: StoredDimension, given: DimensionBody): StoredDimension {
  const { world, caller } = request;
  const info = given.display_info ?? {};
  const own = before.record;
  return {
    ...before,
    record: {
      ...own,
      displayName: given.display_name ?? own.displayName,
      icon: info.icon ?? own.icon,
      initial: info.initial ?? own.initial,
      backgroundColor: info.background_color ?? own.backgroundColor,
      foregroundColor: info.foreground_color ?? own.foregroundColor,
      plural: info.display_name_plural ?? own.plural,
      ordinal: info.sort_ordinal ?? own.ordinal,
    },
    updatedMs: world.clock.now(),
    updatedBy: caller.href,
    externalDataSet: given.external_data_set === undefined ? before.externalDataSet : given.external_data_set,
    externalDataReference:
      given.external_data_reference === undefined ? before.externalDataReference : given.external_data_reference,
  };
}

function create(request: Call) {
  const { world, caller, body, audit } = request;
  requireGlobal(caller);
  const given = checkPost(body);
  if (world.dimensions.byKey(given.key)) throw refusedAs('dimensionExists');
  requireExternalUnique(world.dimensions.all(), given);
  const now = world.clock.now();
  const blank: StoredDimension = {
    record: {
      id: world.ids.uuid(),
      key: given.key,
      displayName: given.display_name,
      plural: given.display_name,
      initial: given.display_name.slice(0, 2),
      icon: 'container-workload',
      backgroundColor: '#818286',
      foregroundColor: '#ffffff',
      ordinal: (world.dimensions.all().length + 1) * 1_000_000,
      createdMs: now,
    },
    updatedMs: now,
    createdBy: caller.href,
    updatedBy: caller.href,
    externalDataSet: null,
    externalDataReference: null,
    deletedMs: null,
  };
  const dimension = edited(request, blank, given);
  world.dimensions.put(dimension);
  audit('label_dimension.create', [{ ...change(request, dimension, {}), changeType: 'create' }]);
  return { status: 201, json: render(request, dimension) };
}

function update(request: Call) {
  const { world, caller, body, audit } = request;
  requireGlobal(caller);
  const before = find(request);
  const after = edited(request, before, checkPut(body));
  requireExternalUnique(
    world.dimensions.all().filter((own) => own !== before),
    { external_data_set: after.externalDataSet, external_data_reference: after.externalDataReference },
  );
  world.dimensions.put(after);
  const changes = fieldChanges(render(request, before), render(request, after));
  audit('label_dimension.update', [{ ...change(request, after, changes), changeType: 'update' }]);
  return { status: 204 };
}

function remove(request: Call) {
  const { world, caller, audit } = request;
  requireGlobal(caller);
  const dimension = find(request);
  const { labels, label_groups: groups } = usage(world, dimension.record.key);
  if (labels || groups) throw refusedAs('dimensionInUse');
  world.dimensions.put({ ...dimension, deletedMs: world.clock.now(), updatedBy: caller.href });
  audit('label_dimension.delete', [{ ...change(request, dimension, {}), changeType: 'delete' }]);
  return { status: 204 };
}

/** Label types (objects.md §5.2). */
export const labelDimensionRoutes: readonly Route<WorldState>[] = [
  { method: 'GET', path: '/orgs/:org/label_dimensions', access: 'read', collection: true, handle: list },
  {
    method: 'GET',
    path: '/orgs/:org/label_dimensions/:id',
    access: 'read',
    handle: (request) => ({ status: 200, json: render(request, find(request)) }),
  },
  { method: 'POST', path: '/orgs/:org/label_dimensions', access: 'write', handle: create },
  { method: 'PUT', path: '/orgs/:org/label_dimensions/:id', access: 'write', handle: update },
  { method: 'DELETE', path: '/orgs/:org/label_dimensions/:id', access: 'write', handle: remove },
];
