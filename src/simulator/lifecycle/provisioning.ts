import type { JsonObject } from '../../core/json.ts';
import { CHOICES } from '../choices.ts';
import { integerParam } from '../http/query.ts';
import { forbidden, notFound, refusedAs } from '../http/refusals.ts';
import { collection, type Request, type ResourceChange, type Route } from '../http/route.ts';
import { oneOf, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { authoriseRuleSet } from '../objects/rule-sets.ts';
import { capsFor, isoTime } from '../objects/wire.ts';
import type { Caller } from '../world.ts';
import type { WorldState } from '../world-state.ts';
import { affectedWorkloads } from './affected.ts';
import { byType, type ChangeSubset, changeSubset, pendingIn } from './change-subset.ts';
import { missingFrom, requireClosed } from './closure.ts';
import { activeContent, contentAt, POLICY_TYPES, type PolicyObject, type UpdateType } from './object.ts';
import { editOf } from './policy-routes.ts';
import type { Pending, VersionRecord } from './policy-store.ts';
import { references } from './references.ts';
import { requireDraft, versionOf } from './version.ts';

type Call = Request<WorldState>;

interface Subset {
  readonly change_subset?: ChangeSubset;
}

const checkProvision = bodyCheck<Subset & { readonly update_description?: string }>(
  'sec_policy_post',
  record({ update_description: text, change_subset: changeSubset }),
);
const checkRevert = bodyCheck<Subset>('sec_policy_delete_put', record({ change_subset: changeSubset }));
const checkImpact = bodyCheck<Subset>('sec_policy_impact_post', record({ change_subset: changeSubset }));
const checkDependencies = bodyCheck<{
  readonly operation: 'commit' | 'revert';
  readonly change_subset: ChangeSubset;
}>(
  'sec_policy_dependencies_post',
  record({ operation: oneOf('commit', 'revert'), change_subset: changeSubset }, ['operation', 'change_subset']),
);
const checkRestore = bodyCheck<unknown>('sec_policy_restore_post', record({}));

const COUNTED = [
  'rule_sets',
  'ip_lists',
  'services',
  'virtual_services',
  'label_groups',
  'firewall_settings',
  'enforcement_boundaries',
] as const;

function renderVersion(world: WorldState, version: VersionRecord): JsonObject {
  const counts = COUNTED.map((type) => [type, world.policies.inVersion(type, version.version).length] as const);
  return {
    href: `/orgs/${world.orgId}/sec_policy/${version.version}`,
    commit_message: version.commitMessage,
    version: version.version,
    workloads_affected: version.workloadsAffected,
    object_counts: { ...Object.fromEntries(counts), virtual_servers: 0, secure_connect_gateways: 0 },
    created_at: isoTime(version.createdMs),
    created_by: { href: version.createdBy },
  };
}

/** A scoped caller commits and reverts rule sets of its scope, nothing else. */
function authorise(world: WorldState, caller: Caller, objects: readonly Pending[]): void {
  if (caller.scope.length === 0) return;
  for (const { type, draft } of objects) {
    if (type !== 'rule_sets') throw forbidden();
    authoriseRuleSet(world, caller, draft.content.body);
  }
}

function provision(request: Call) {
  const { world, caller, audit } = request;
  const given = checkProvision(request.body ?? {});
  const objects = pendingIn(world, given.change_subset);
  if (objects.length === 0) throw refusedAs('nothingPending');
  authorise(world, caller, objects);
  requireClosed(world, 'commit', objects);
  const { ms, by } = editOf(request);
  const version: VersionRecord = {
    version: world.policies.latestVersion() + 1,
    commitMessage: given.update_description ?? null,
    workloadsAffected: affectedWorkloads(world, objects).filter(({ record: { managed } }) => managed).length,
    createdMs: ms,
    createdBy: by,
  };
  world.provision(objects, version);
  const json = renderVersion(world, version);
  audit('sec_policy.create', [versionChange(world, version, objects)]);
  return { status: 201, json };
}

const versionChange = (
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

/** `{}` when clean; kinds without changes are left out, `firewall_settings` above all (objects.md §10.1). */
function pending({ world, caller, query }: Call) {
  const limit = integerParam(query, 'max_results');
  const groups = byType(world.policies.pending()).map(([type, objects]) => [
    type,
    objects.slice(0, limit ?? objects.length).map((object) => renderPending(world, caller, object)),
  ]);
  return { status: 200, json: Object.fromEntries(groups) };
}

function renderPending(world: WorldState, caller: Caller, object: Pending): JsonObject {
  const { content, updateType } = object.draft;
  const related = (type: string) => ({
    [`related_${type}`]: [...references(content)]
      .filter((href) => href.includes(`/sec_policy/draft/${type}/`))
      .map((href) => ({ href })),
  });
  return {
    id: object.id,
    name: content.body['name'] ?? object.type,
    href: world.policies.href(object),
    updated_by: { href: content.updatedBy },
    updated_at: isoTime(content.updatedMs),
    update_type: updateType,
    caps: capsFor(caller, ['write', 'provision']),
    ...(object.type === 'rule_sets' && { ...related('ip_lists'), ...related('services') }),
  };
}

function revert(request: Call, subset: ChangeSubset | undefined) {
  const { world, caller, audit } = request;
  const objects = pendingIn(world, subset);
  authorise(world, caller, objects);
  requireClosed(world, 'revert', objects);
  world.policies.revert(objects);
  audit(
    'sec_policy_pending.delete',
    objects.map((object) => ({
      resource: { [object.type]: { href: world.policies.href(object), name: object.draft.content.body['name'] } },
      changeType: 'delete',
      changes: {},
    })),
  );
  return { status: 204 };
}

function dependencies(request: Call) {
  const { world } = request;
  requireDraft(request);
  const { operation, change_subset: subset } = checkDependencies(request.body);
  const missing = missingFrom(world, operation, pendingIn(world, subset));
  const href = (object: PolicyObject) => ({ href: world.policies.href(object) });
  const rows = missing.map(({ dependency, requiredBy }) => ({
    dependency: { [dependency.type]: href(dependency) },
    required_by: Object.fromEntries(byType(requiredBy).map(([type, own]) => [type, own.map(href)])),
  }));
  return { status: 200, json: rows };
}

function impact({ world, body }: Call) {
  const changes = pendingIn(world, checkImpact(body ?? {}).change_subset);
  const workloads = affectedWorkloads(world, changes);
  const managed = workloads.filter(({ record: own }) => own.managed).length;
  return {
    status: 200,
    json: {
      num_sets: changes.length,
      num_virtual_servers: 0,
      num_managed_workloads: managed,
      num_container_workloads: 0,
      num_unmanaged_workloads: workloads.length - managed,
      all_workloads_optimization: workloads.length === world.workloads.all().length && workloads.length > 0,
    },
  };
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
  for (const object of POLICY_TYPES.flatMap((type) => world.policies.all(type))) {
    const then = contentAt(object, number);
    if (then !== activeContent(object)) world.policies.stage(object, then, edit);
  }
  const record = world.policies.versions.find((own) => own.version === number);
  if (!record) throw notFound();
  audit('sec_policy.restore', [{ ...versionChange(world, record, world.policies.pending()), changeType: 'update' }]);
  return { status: 201, json: renderVersion(world, record) };
}

function oneVersion(request: Call) {
  const { world } = request;
  const version = versionOf(request);
  const number = version === 'active' || version === 'draft' ? world.policies.latestVersion() : version;
  const record = world.policies.versions.find((own) => own.version === number);
  if (!record) throw notFound();
  return { status: 200, json: renderVersion(world, record) };
}

const base = '/orgs/:org/sec_policy';

/** The way from draft to active and back (objects.md §10.1–10.5). */
export const provisioningRoutes: readonly Route<WorldState>[] = [
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
  { method: 'POST', path: base, access: 'provision', schema: 'sec_policy_get', handle: provision },
  { method: 'GET', path: `${base}/pending`, access: 'read', schema: 'sec_policy_pending_get', handle: pending },
  {
    method: 'DELETE',
    path: `${base}/pending`,
    access: 'provision',
    handle: (request) => revert(request, undefined),
  },
  {
    method: 'PUT',
    path: `${base}/delete`,
    access: 'provision',
    handle: (request) => revert(request, checkRevert(request.body ?? {}).change_subset),
  },
  {
    method: 'POST',
    path: `${base}/impact`,
    access: 'read',
    schema: 'sec_policy_impact_post_response',
    handle: impact,
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
    path: `${base}/:version/dependencies`,
    access: 'read',
    schema: 'sec_policy_dependencies_post_response',
    handle: dependencies,
  },
  {
    method: 'POST',
    path: `${base}/:version/restore`,
    access: 'provision',
    schema: 'sec_policy_get',
    handle: restore,
  },
];
