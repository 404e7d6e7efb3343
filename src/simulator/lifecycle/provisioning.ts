import { forbidden, refusedAs } from '../http/refusals.ts';
import type { Request, Route } from '../http/route.ts';
import { record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { authoriseRuleSet } from '../objects/rule-sets.ts';
import type { Caller } from '../world.ts';
import type { WorldState } from '../world-state.ts';
import { affectedWorkloads } from './affected.ts';
import { type ChangeSubset, changeSubset, pendingIn } from './change-subset.ts';
import { requireClosed } from './closure.ts';
import { editOf } from './policy-routes.ts';
import type { Pending, VersionRecord } from './policy-store.ts';
import { renderVersion, versionChange } from './versions.ts';

type Call = Request<WorldState>;

interface Subset {
  readonly change_subset?: ChangeSubset;
}

const checkProvision = bodyCheck<Subset & { readonly update_description?: string }>(
  'sec_policy_post',
  record({ update_description: text, change_subset: changeSubset }),
);
const checkRevert = bodyCheck<Subset>('sec_policy_delete_put', record({ change_subset: changeSubset }));
/** A scoped caller commits and reverts rule sets of its scope, nothing else; a provisioner of global objects all but rule sets. */
function authorise(world: WorldState, caller: Caller, objects: readonly Pending[]): void {
  const onlyGlobal = caller.grants.every(({ role }) => role === 'global_object_provisioner');
  if (onlyGlobal && objects.some(({ type }) => type === 'rule_sets')) throw forbidden();
  const onlyRuleSets = caller.grants.every(({ role }) => role === 'ruleset_manager' || role === 'ruleset_provisioner');
  if (onlyRuleSets && objects.some(({ type }) => type !== 'rule_sets')) throw forbidden();
  if (caller.scope.length === 0) return;
  for (const { type, draft } of objects) {
    if (type !== 'rule_sets') throw forbidden();
    authoriseRuleSet(world, caller, draft.content.body);
  }
}

/** Makes pending changes the active policy, as one new version (objects.md §10.1). */
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

/** Takes pending changes back: made objects go, the others become their active copy (objects.md §10.2). */
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

const base = '/orgs/:org/sec_policy';

/** The way from draft to active and back. */
export const provisioningRoutes: readonly Route<WorldState>[] = [
  { method: 'POST', path: base, access: 'provision', schema: 'sec_policy_get', handle: provision },
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
];
