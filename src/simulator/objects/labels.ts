import type { JsonObject } from '../../core/json.ts';
import { requireGlobal } from '../auth/scope.ts';
import { requireRoom } from '../limits/limits.ts';
import { fieldChanges } from '../http/audit.ts';
import { exact, flagParam, partial, textParam } from '../http/query.ts';
import { malformedBody, notFound, refused, refusedAs } from '../http/refusals.ts';
import { collection, type Request, type ResourceChange, type Route } from '../http/route.ts';
import { external, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import type { WorldState } from '../world-state.ts';
import { requireExternalUnique } from './external.ts';
import { requireUnusedLabel, usageOf } from './label-usage.ts';
import type { StoredLabel } from './label-store.ts';
import { integerId, isoTime, labelHref, lastSegment } from './wire.ts';

interface LabelBody {
  readonly key?: string;
  readonly value?: string;
  readonly external_data_set?: string | null;
  readonly external_data_reference?: string | null;
}

type LabelPost = LabelBody & { readonly key: string; readonly value: string };

const checkPost = bodyCheck<LabelPost>(
  'labels_post',
  record({ key: text, value: text, ...external }, ['key', 'value']),
);
const checkPut = bodyCheck<LabelBody>('labels_put', record({ value: text, ...external }));

const RESERVED = new Set(['all applications', 'all environments', 'all locations']);
const BUILT_IN_KEYS = new Set(['role', 'app', 'env', 'loc']);

export function renderLabel(world: WorldState, label: StoredLabel): JsonObject {
  const { record: own } = label;
  return {
    href: labelHref(world.orgId, own.id),
    deleted: label.deleted,
    key: own.key,
    value: own.value,
    external_data_set: label.externalDataSet,
    external_data_reference: label.externalDataReference,
    created_at: isoTime(own.createdMs),
    updated_at: isoTime(own.updatedMs),
    created_by: { href: label.createdBy },
    updated_by: { href: label.updatedBy },
  };
}

const resource = (world: WorldState, { record: own }: StoredLabel): JsonObject => ({
  label: { href: labelHref(world.orgId, own.id), key: own.key, value: own.value },
});

function find({ world, params }: Request<WorldState>): StoredLabel {
  const id = integerId(params['id']);
  const label = id === null ? undefined : world.labels.get(id);
  if (!label) throw notFound();
  return label;
}

function requireValue(value: string): void {
  if (RESERVED.has(value.toLowerCase())) throw refusedAs('reservedValue');
}

function requireUnique(world: WorldState, key: string, value: string, own?: number): void {
  const other = world.labels.find(key, value);
  if (other && other.record.id !== own)
    throw refused('label_key_and_value_must_be_unique', 'Label key and value must be unique');
}

function list({ world, query }: Request<WorldState>) {
  const living = world.labels.all().filter(({ deleted }) => !deleted);
  const candidates = flagParam(query, 'include_deleted') ? world.labels.all() : living;
  const key = textParam(query, 'key');
  const exactKey = flagParam(query, 'exact_match_for_label_type') ?? BUILT_IN_KEYS.has(key ?? '');
  const keyMatches = exactKey ? exact(query, 'key') : partial(query, 'key');
  const valueMatches = partial(query, 'value');
  const dataSet = exact(query, 'external_data_set');
  const reference = exact(query, 'external_data_reference');
  const found = candidates.filter(
    (label) =>
      keyMatches(label.record.key) &&
      valueMatches(label.record.value) &&
      dataSet(label.externalDataSet) &&
      reference(label.externalDataReference),
  );
  const usage = flagParam(query, 'usage') ?? false;
  return collection(found, candidates.length, (label) => withUsage(world, label, usage));
}

const withUsage = (world: WorldState, label: StoredLabel, usage: boolean): JsonObject =>
  usage ? { ...renderLabel(world, label), usage: usageOf(world, label.record.id) } : renderLabel(world, label);

/** Makes a label. Throws 406 for one that cannot be or is there already. */
export function newLabel(
  { world, caller }: Pick<Request<WorldState>, 'world' | 'caller'>,
  given: LabelPost,
): StoredLabel {
  if (!world.dimensions.byKey(given.key)) throw refusedAs('unknownKey');
  requireValue(given.value);
  requireUnique(world, given.key, given.value);
  requireExternalUnique(world.labels.all(), given);
  requireRoom(world, 'total_labels');
  const now = world.clock.now();
  const label: StoredLabel = {
    record: {
      id: world.ids.next('labels'),
      key: given.key,
      value: given.value,
      createdMs: now,
      updatedMs: now,
      createdBy: integerId(lastSegment(caller.href)) ?? 0,
    },
    createdBy: caller.href,
    updatedBy: caller.href,
    externalDataSet: given.external_data_set ?? null,
    externalDataReference: given.external_data_reference ?? null,
    deleted: false,
  };
  world.labels.put(label);
  return label;
}

/** What an event says of a new label. */
export const labelCreated = (world: WorldState, label: StoredLabel): ResourceChange => ({
  resource: resource(world, label),
  changeType: 'create',
  changes: fieldChanges({}, { key: label.record.key, value: label.record.value }),
});

function create(request: Request<WorldState>) {
  const { world, caller, body, audit } = request;
  requireGlobal(caller);
  const label = newLabel(request, checkPost(body));
  audit('label.create', [labelCreated(world, label)]);
  return { status: 201, json: renderLabel(world, label) };
}

function update(request: Request<WorldState>) {
  const { world, caller, body, audit } = request;
  requireGlobal(caller);
  const label = find(request);
  // objects.md §1.5: changing a deleted label is the documented case of a 400.
  if (label.deleted) throw malformedBody();
  const given = checkPut(body);
  const value = given.value ?? label.record.value;
  requireValue(value);
  requireUnique(world, label.record.key, value, label.record.id);
  const after: StoredLabel = {
    ...label,
    record: { ...label.record, value, updatedMs: world.clock.now() },
    updatedBy: caller.href,
    externalDataSet: given.external_data_set === undefined ? label.externalDataSet : given.external_data_set,
    externalDataReference:
      given.external_data_reference === undefined ? label.externalDataReference : given.external_data_reference,
  };
  requireExternalUnique(
    world.labels.all().filter(({ record: { id } }) => id !== label.record.id),
    { external_data_set: after.externalDataSet, external_data_reference: after.externalDataReference },
  );
  world.labels.put(after);
  const changes = fieldChanges(renderLabel(world, label), renderLabel(world, after));
  audit('label.update', [{ resource: resource(world, after), changeType: 'update', changes }]);
  return { status: 204 };
}

function remove(request: Request<WorldState>) {
  const { world, caller, audit } = request;
  requireGlobal(caller);
  const label = find(request);
  if (label.deleted) throw refused('label_already_deleted', 'Cannot delete a label that has already been deleted');
  requireUnusedLabel(world, label.record.id);
  world.labels.put({
    ...label,
    record: { ...label.record, updatedMs: world.clock.now() },
    updatedBy: caller.href,
    deleted: true,
  });
  audit('label.delete', [{ resource: resource(world, label), changeType: 'delete', changes: {} }]);
  return { status: 204 };
}

/** Labels (objects.md §5.1): not versioned, effective at once. */
export const labelRoutes: readonly Route<WorldState>[] = [
  { method: 'GET', path: '/orgs/:org/labels', access: 'read', collection: true, schema: 'labels_get', handle: list },
  {
    method: 'GET',
    path: '/orgs/:org/labels/:id',
    access: 'read',
    schema: 'labels_get',
    handle: (request) => ({
      status: 200,
      json: withUsage(request.world, find(request), flagParam(request.query, 'usage') ?? false),
    }),
  },
  { method: 'POST', path: '/orgs/:org/labels', access: 'write', schema: 'labels_get', handle: create },
  { method: 'PUT', path: '/orgs/:org/labels/:id', access: 'write', handle: update },
  { method: 'DELETE', path: '/orgs/:org/labels/:id', access: 'write', handle: remove },
];
