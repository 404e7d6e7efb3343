import type { JsonObject } from '../../core/json.ts';
import { CHOICES } from '../choices.ts';
import { forbidden, notFound, refusedAs } from '../http/refusals.ts';
import { collection, type Request, type ResourceChange, type Route } from '../http/route.ts';
import { record } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { isoTime } from '../objects/wire.ts';
import type { WorldState } from '../world-state.ts';
import { byType } from './change-subset.ts';
import { contentAt, POLICY_TYPES, type PolicyObject, type UpdateType } from './object.ts';
import { editOf } from './policy-routes.ts';
import type { VersionRecord } from './policy-store.ts';
import { versionOf } from './version.ts';

type Call = Request<WorldState>;

const checkRestore = bodyCheck<unknown>('sec_policy_restore_post', record({}));

/** One provisioning as the API shows it, with the objects of every kind that were in force then (objects.md §10.1). */
export function renderVersion(world: WorldState, version: VersionRecord): JsonObject {
  const counts = POLICY_TYPES.map((type) => [type, world.policies.inVersion(type, version.version).length] as const);
  return {
    href: `/orgs/${world.orgId}/sec_policy/${version.version}`,
    commit_message: version.commitMessage,
    version: version.version,
    workloads_affected: version.workloadsAffected,
    object_counts: Object.fromEntries(counts),
    created_at: isoTime(version.createdMs),
    created_by: { href: version.createdBy },
  };
}

/** What an event says of a version. */
export const versionChange = (
  world: WorldState,
  version: VersionRecord,
  objects: readonly PolicyObject[],
): ResourceChange => ({
  resource: {
    sec_policy: {
      href: `/orgs/${world.orgId}/sec_policy/${version.version}`,
      commit_message: version.commitMessage,
      version: version.version,
      modified_objects: Object.fromEntries(
        byType(objects).map(([type, own]) => [type, own.map((object) => ({ href: world.policies.href(object) }))]),
      ),
    },
  },
  changeType: 'create',
  changes: {
    version: { before: version.version - 1, after: version.version },
    workloads_affected: { before: null, after: version.workloadsAffected },
  },
});

function oneVersion(request: Call) {
  const { world } = request;
  const version = versionOf(request);
  const number = version === 'active' || version === 'draft' ? world.policies.latestVersion() : version;
  const record = world.policies.versions.find((own) => own.version === number);
  if (!record) throw notFound();
  return { status: 200, json: renderVersion(world, record) };
}

/** What a version changed; for the draft, what it would (objects.md §10.4). */
function modifiedObjects(request: Call) {
  const { world } = request;
  const version = versionOf(request);
  const rows = POLICY_TYPES.flatMap((type) => world.policies.all(type)).flatMap((object) =>
    modification(world, object, version === 'active' ? world.policies.latestVersion() : version),
  );
  return collection(rows, rows.length, (row) => row);
}

function modification(world: WorldState, object: PolicyObject, version: 'draft' | number): JsonObject[] {
  const row = (updateType: UpdateType, name: unknown, updatedMs: number, updatedBy: string): JsonObject => ({
    update_type: updateType,
    object_type: object.type,
    href: world.policies.href(object, version),
    ...(typeof name === 'string' && { name }),
    updated_at: isoTime(updatedMs),
    updated_by: { href: updatedBy },
  });
  if (version === 'draft') {
    if (!object.draft) return [];
    const { content, updateType } = object.draft;
    return [row(updateType, content.body['name'], content.updatedMs, content.updatedBy)];
  }
  const index = object.history.findIndex((entry) => entry.version === version);
  const after = object.history[index];
  if (!after) return [];
  const before = object.history[index - 1]?.content ?? null;
  const content = after.content ?? before;
  if (!content) return [];
  const updateType = after.content ? (before ? 'update' : 'create') : 'delete';
  return [row(updateType, content.body['name'], content.updatedMs, content.updatedBy)];
}

/** Brings the draft to what version n was; nothing is provisioned by that (objects.md §10.4). */
function restore(request: Call) {
  const { world, caller, audit } = request;
  checkRestore(request.body ?? {});
  const version = versionOf(request);
  if (version === 'draft') throw notFound();
  if (caller.scope.length > 0) throw forbidden();
  if (world.policies.pending().length > 0) throw refusedAs('pendingDrafts');
  const number = version === 'active' ? world.policies.latestVersion() : version;
  const edit = editOf(request);
  for (const object of POLICY_TYPES.flatMap((type) => world.policies.all(type)))
    world.policies.stage(object, contentAt(object, number), edit);
  const record = world.policies.versions.find((own) => own.version === number);
  if (!record) throw notFound();
  audit('sec_policy.restore', [{ ...versionChange(world, record, world.policies.pending()), changeType: 'update' }]);
  return { status: 201, json: renderVersion(world, record) };
}

const base = '/orgs/:org/sec_policy';

/** The versions of the policy (objects.md §10.4). */
export const versionRoutes: readonly Route<WorldState>[] = [
  {
    method: 'GET',
    path: base,
    access: 'read',
    collection: true,
    schema: 'sec_policy_get',
    handle({ world }) {
      const oldestFirst = world.policies.versions;
      const versions = CHOICES.versionsNewestFirst ? oldestFirst.toReversed() : oldestFirst;
      return collection(versions, versions.length, (version) => renderVersion(world, version));
    },
  },
  { method: 'GET', path: `${base}/:version`, access: 'read', schema: 'sec_policy_get', handle: oneVersion },
  {
    method: 'GET',
    path: `${base}/:version/modified_objects`,
    access: 'read',
    collection: true,
    schema: 'sec_policy_modified_objects_get',
    handle: modifiedObjects,
  },
  {
    method: 'POST',
    path: `${base}/:version/restore`,
    access: 'provision',
    schema: 'sec_policy_get',
    handle: restore,
  },
];
