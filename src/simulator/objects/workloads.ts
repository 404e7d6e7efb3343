import { scopeTest } from '../auth/scope.ts';
import { flagParam, textParam } from '../http/query.ts';
import { methodNotAllowed, notFound } from '../http/refusals.ts';
import { collection, type Request, type Route } from '../http/route.ts';
import type { WorldState } from '../world-state.ts';
import { workloadChange } from './workload-audit.ts';
import { checkManagedPut, checkUnmanagedPut, checkWorkloadPost } from './workload-body.ts';
import { edited, newWorkload, requireInScope } from './workload-edit.ts';
import { workloadFilter } from './workload-filter.ts';
import { renderInterfaces, renderWorkload } from './workload-wire.ts';
import type { StoredWorkload } from './workload-store.ts';

/** The living workload of the path, if the caller may see it. */
export function workloadOf({ world, caller, params }: Request<WorldState>): StoredWorkload {
  const workload = world.workloads.get(params['id'] ?? '');
  if (!workload || workload.deleted || !scopeTest(world, caller)(workload.record.labels)) throw notFound();
  return workload;
}

/** Summaries of vulnerabilities are computed when asked for (objects.md §4.1). */
const wantsVulnerabilities = (query: URLSearchParams): boolean =>
  textParam(query, 'representation') === 'workload_labels_vulnerabilities';

function list({ world, caller, query }: Request<WorldState>) {
  const inScope = scopeTest(world, caller);
  const candidates = [
    ...world.workloads.all(),
    ...(flagParam(query, 'include_deleted') ? world.workloads.deleted() : []),
  ].filter(({ record }) => inScope(record.labels));
  const matches = workloadFilter(world, query);
  return collection(candidates.filter(matches), candidates.length, (workload) =>
    renderWorkload(world, caller, workload, wantsVulnerabilities(query)),
  );
}

function create({ world, caller, body, audit }: Request<WorldState>) {
  const workload = newWorkload(world, caller, checkWorkloadPost(body));
  world.workloads.put(workload);
  audit('workload.create', [workloadChange(world, null, workload)]);
  return { status: 201, json: renderWorkload(world, caller, workload) };
}

/** One update, shared with `bulk_update`: what may be said depends on whether a VEN reports the rest. */
export function updateWorkload(
  { world, caller }: Pick<Request<WorldState>, 'world' | 'caller'>,
  before: StoredWorkload,
  body: unknown,
): StoredWorkload {
  requireInScope(world, caller, before.record.labels);
  const check = before.record.managed ? checkManagedPut : checkUnmanagedPut;
  const after = edited(world, caller, before, check(body));
  world.workloads.put(after);
  return after;
}

function update(request: Request<WorldState>) {
  const before = workloadOf(request);
  const after = updateWorkload(request, before, request.body);
  request.audit('workload.update', [workloadChange(request.world, before, after)]);
  return { status: 204 };
}

/** An unmanaged workload is deleted; a managed one has to be unpaired (objects.md §6.1). */
export function deleteWorkload(
  { world, caller }: Pick<Request<WorldState>, 'world' | 'caller'>,
  workload: StoredWorkload,
): void {
  requireInScope(world, caller, workload.record.labels);
  if (workload.record.managed) throw methodNotAllowed();
  world.workloads.put({ ...workload, deleted: true, updatedBy: caller.href });
}

function remove(request: Request<WorldState>) {
  const workload = workloadOf(request);
  deleteWorkload(request, workload);
  request.audit('workload.delete', [workloadChange(request.world, workload, null)]);
  return { status: 204 };
}

/** Workloads, one at a time (objects.md §6.1–6.4). */
export const workloadRoutes: readonly Route<WorldState>[] = [
  {
    method: 'GET',
    path: '/orgs/:org/workloads',
    access: 'read',
    collection: true,
    schema: 'workloads_get',
    handle: list,
  },
  {
    method: 'GET',
    path: '/orgs/:org/workloads/:id',
    access: 'read',
    schema: 'workloads_get',
    handle: (request) => ({
      status: 200,
      json: renderWorkload(request.world, request.caller, workloadOf(request), wantsVulnerabilities(request.query)),
    }),
  },
  { method: 'POST', path: '/orgs/:org/workloads', access: 'write', schema: 'workloads_get', handle: create },
  { method: 'PUT', path: '/orgs/:org/workloads/:id', access: 'write', handle: update },
  { method: 'DELETE', path: '/orgs/:org/workloads/:id', access: 'write', handle: remove },
  {
    method: 'GET',
    path: '/orgs/:org/workloads/:id/interfaces',
    access: 'read',
    collection: true,
    schema: 'workloads_interfaces_get',
    handle(request) {
      const interfaces = renderInterfaces(request.world.orgId, workloadOf(request));
      return collection(interfaces, interfaces.length, (own) => own);
    },
  },
  {
    method: 'GET',
    path: '/orgs/:org/workloads/:id/interfaces/:name',
    access: 'read',
    schema: 'workloads_interfaces_get',
    handle(request) {
      const interfaces = renderInterfaces(request.world.orgId, workloadOf(request));
      const own = interfaces.find(({ name }) => name === request.params['name']);
      if (!own) throw notFound();
      return { status: 200, json: own };
    },
  },
];
