import type { JsonObject } from '../../core/json.ts';
import { integerParam } from '../http/query.ts';
import type { Request, Route } from '../http/route.ts';
import { oneOf, record } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { capsFor, isoTime } from '../objects/wire.ts';
import type { Caller } from '../world.ts';
import type { WorldState } from '../world-state.ts';
import { affectedWorkloads } from './affected.ts';
import { byType, type ChangeSubset, changeSubset, pendingIn } from './change-subset.ts';
import { missingFrom } from './closure.ts';
import type { PolicyObject } from './object.ts';
import type { Pending } from './policy-store.ts';
import { references } from './references.ts';
import { requireDraft } from './version.ts';

type Call = Request<WorldState>;

const checkImpact = bodyCheck<{ readonly change_subset?: ChangeSubset }>(
  'sec_policy_impact_post',
  record({ change_subset: changeSubset }),
);
const checkDependencies = bodyCheck<{
  readonly operation: 'commit' | 'revert';
  readonly change_subset: ChangeSubset;
}>(
  'sec_policy_dependencies_post',
  record({ operation: oneOf('commit', 'revert'), change_subset: changeSubset }, ['operation', 'change_subset']),
);

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

/** What else a commit or revert would need (objects.md §10.3). */
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

/** How many workloads pending changes would reach (objects.md §10.5). */
function impact({ world, body }: Call) {
  const changes = pendingIn(world, checkImpact(body ?? {}).change_subset);
  const workloads = affectedWorkloads(world, changes);
  const managed = workloads.filter(({ record: own }) => own.managed).length;
  return {
    status: 200,
    json: {
      num_sets: changes.length,
      num_virtual_servers: changes.filter(({ type }) => type === 'virtual_servers').length,
      num_managed_workloads: managed,
      num_container_workloads: 0,
      num_unmanaged_workloads: workloads.length - managed,
      all_workloads_optimization: workloads.length === world.workloads.all().length && workloads.length > 0,
    },
  };
}

const base = '/orgs/:org/sec_policy';

/** What is pending, and what would become of it: reads only. */
export const pendingRoutes: readonly Route<WorldState>[] = [
  { method: 'GET', path: `${base}/pending`, access: 'read', schema: 'sec_policy_pending_get', handle: pending },
  {
    method: 'POST',
    path: `${base}/impact`,
    access: 'read',
    schema: 'sec_policy_impact_post_response',
    handle: impact,
  },
  {
    method: 'POST',
    path: `${base}/:version/dependencies`,
    access: 'read',
    schema: 'sec_policy_dependencies_post_response',
    handle: dependencies,
  },
];
