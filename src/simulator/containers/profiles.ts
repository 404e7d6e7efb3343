import type { JsonObject } from '../../core/json.ts';
import { exact, flagParam, listParam, partial } from '../http/query.ts';
import { invalidUri, refusedAs } from '../http/refusals.ts';
import type { Request, ResourceChange, Route } from '../http/route.ts';
import { either, flag, list, nullableText, oneOf, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { hrefOf, isJsonObject, objectsIn, textIn } from '../lifecycle/body.ts';
import { labelIdIn, lastSegment } from '../objects/wire.ts';
import { labelIds } from '../objects/workload-edit.ts';
import { labelRefs } from '../objects/workload-wire.ts';
import type { RecordKind } from '../records/record-kind.ts';
import { auditFields, parentOf, recordChange, recordRoutes, updateRecord } from '../records/record-routes.ts';
import type { StoredRecord } from '../records/record-store.ts';
import type { WorldState } from '../world-state.ts';

const onlyHref = record({ href: text }, ['href']);
const labels = list(
  either(
    record({ key: text, assignment: onlyHref }, ['key', 'assignment']),
    record({ key: text, restriction: list(onlyHref) }, ['key', 'restriction']),
  ),
  { uniqueItems: true },
);
const mode = oneOf('idle', 'visibility_only', 'full', 'selective');
const common = {
  name: nullableText,
  assign_labels: list(onlyHref, { uniqueItems: true }),
  labels,
  enforcement_mode: mode,
  managed: flag,
} as const;

/** The labels a profile gives to everything in its namespace. */
export const assignedLabels = ({ orgId }: Pick<WorldState, 'orgId'>, { body }: StoredRecord): readonly number[] =>
  objectsIn(body['labels']).flatMap(({ assignment }) => labelIdIn(orgId, hrefOf(assignment)) ?? []);

/** Assignments and restrictions as they are stored: one of a key, each label of that key. Throws 406. */
function storedLabels(world: WorldState, given: unknown): readonly JsonObject[] {
  const seen = new Set<string>();
  return objectsIn(given).map((entry) => {
    const key = textIn(entry['key']) ?? '';
    if (seen.has(key)) throw refusedAs('labelKeyOnce');
    seen.add(key);
    const named = entry['assignment'] === undefined ? objectsIn(entry['restriction']) : [entry['assignment']];
    for (const item of named) {
      const href = hrefOf(item) ?? '';
      const id = labelIdIn(world.orgId, href);
      const label = id === null ? undefined : world.label(id);
      if (!label) throw invalidUri(href);
      if (label.key !== key) throw refusedAs('profileLabelKey');
    }
    return entry;
  });
}

/** `assign_labels` is the older way to say the assignments; restrictions of other keys stay. */
function withAssigned(world: WorldState, before: unknown, assigned: unknown): readonly JsonObject[] {
  const ids = labelIds(
    world,
    objectsIn(assigned).map((item) => ({ href: hrefOf(item) ?? '' })),
  );
  const given = labelRefs(world, ids).map(({ href, key }) => ({ key, assignment: { href } }));
  const keys = new Set(given.map(({ key }) => key));
  const restrictions = objectsIn(before).filter(
    ({ key, restriction }) => restriction !== undefined && !keys.has(textIn(key) ?? ''),
  );
  return [...given, ...restrictions];
}

const refs = (world: WorldState, items: readonly unknown[]): readonly JsonObject[] =>
  items.flatMap((item) => {
    const id = labelIdIn(world.orgId, hrefOf(item));
    return id === null ? [] : labelRefs(world, [id]).map(({ href, value }) => ({ href, value }));
  });

export const profileKind: RecordKind = {
  collection: 'container_workload_profiles',
  path: '/orgs/:org/container_clusters/:parent/container_workload_profiles',
  parents: 'container_clusters',
  singular: 'container_workload_profile',
  schema: 'container_clusters_container_workload_profiles_get',
  ids: 'uuid',
  checkPost: bodyCheck<JsonObject>(
    'container_clusters_container_workload_profiles_post',
    record({ ...common, description: text }, ['name']),
  ),
  checkPut: bodyCheck<JsonObject>(
    'container_clusters_container_workload_profiles_put',
    record({ ...common, description: nullableText }),
  ),
  body(world, { assign_labels: assigned, labels: given, ...rest }, before) {
    const was = before?.body['labels'] ?? [];
    const next = given === undefined ? (assigned === undefined ? was : withAssigned(world, was, assigned)) : given;
    const merged: JsonObject = {
      namespace: null,
      enforcement_mode: 'visibility_only',
      visibility_level: 'flow_summary',
      managed: false,
      linked: false,
      is_default: false,
      ...before?.body,
      ...rest,
    };
    return { ...merged, description: merged['description'] ?? '', labels: storedLabels(world, next) };
  },
  render: (world, own) => {
    const { is_default: _isDefault, labels: stored, ...body } = own.body;
    return {
      ...body,
      labels: objectsIn(stored).map(({ key, assignment, restriction }) =>
        isJsonObject(assignment)
          ? { key, assignment: refs(world, [assignment])[0] ?? assignment }
          : { key, restriction: refs(world, objectsIn(restriction)) },
      ),
      assign_labels: labelRefs(world, assignedLabels(world, own)).map(({ href }) => ({ href })),
      ...auditFields(own),
    };
  },
  requireUnused(_world, { body }) {
    if (body['is_default'] === true) throw refusedAs('builtIn');
    // Kubelink would only make it again.
    if (body['linked'] === true) throw refusedAs('profileLinked');
  },
  filter(world, query) {
    const name = partial(query, 'name');
    const namespace = partial(query, 'namespace');
    const enforcement = exact(query, 'enforcement_mode');
    const visibility = exact(query, 'visibility_level');
    const linked = flagParam(query, 'linked');
    const managed = flagParam(query, 'managed');
    const assigned = listParam(query, 'assign_labels')?.map((href) => labelIdIn(world.orgId, href));
    return (own) => {
      const { body } = own;
      const has = assignedLabels(world, own);
      return (
        name(textIn(body['name'])) &&
        namespace(textIn(body['namespace'])) &&
        enforcement(textIn(body['enforcement_mode'])) &&
        visibility(textIn(body['visibility_level'])) &&
        (linked === undefined || body['linked'] === linked) &&
        (managed === undefined || body['managed'] === managed) &&
        (assigned === undefined || assigned.every((id) => id !== null && has.includes(id)))
      );
    };
  },
};

const checkUpdate = bodyCheck<JsonObject>(
  'container_clusters_container_workload_profiles_update_put',
  record({ container_workload_profiles: list(onlyHref), labels, enforcement_mode: mode, managed: flag }),
);

/** The same change to several profiles of one cluster, to all of them or none. */
function updateMany(request: Request<WorldState>) {
  const { world, params } = request;
  const cluster = parentOf(profileKind, request);
  const { container_workload_profiles: named, ...changes } = checkUpdate(request.body);
  const profiles = objectsIn(named).map((item) => {
    const href = hrefOf(item) ?? '';
    const profile = world.records.get(profileKind.collection, lastSegment(href));
    if (!profile || profile.parent !== cluster || !href.includes(`/${params['parent'] ?? ''}/`)) throw invalidUri(href);
    return profile;
  });
  const audits: ResourceChange[] = profiles.map((before) =>
    recordChange(world, profileKind, before, updateRecord(profileKind, request, before, changes)),
  );
  request.audit('container_workload_profile.update', audits);
  return { status: 204 };
}

/** What becomes of a namespace's pods: whether they are managed, their labels and their mode. */
export const profileRoutes: readonly Route<WorldState>[] = [
  { method: 'PUT', path: `${profileKind.path}/update`, access: 'write', handle: updateMany },
  ...recordRoutes(profileKind),
];
