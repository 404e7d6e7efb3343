import { scopeTest } from '../auth/scope.ts';
import { CHOICES } from '../choices.ts';
import { textParam } from '../http/query.ts';
import { notFound, refusedAs } from '../http/refusals.ts';
import { collection, type Request, type Route } from '../http/route.ts';
import { agentChange } from '../vens/change.ts';
import type { WorldState } from '../world-state.ts';
import { venFilter } from './ven-filter.ts';
import { isManaged, type Managed, renderVen } from './ven-wire.ts';
import { lastSegment } from './wire.ts';
import { checkUnpairWorkloads, checkVenPut, checkVenUnpair } from './workload-body.ts';
import { requireInScope } from './workload-edit.ts';

type Call = Request<WorldState>;

const UNPAIRS_PER_MINUTE = 10;
function find({ world, caller, params }: Call): Managed {
  const workload = world.workloads.get(params['id'] ?? '');
  if (!workload || !isManaged(workload) || !scopeTest(world, caller)(workload.record.labels)) throw notFound();
  return workload;
}

function list({ world, caller, query }: Call) {
  const inScope = scopeTest(world, caller);
  const all = [...world.workloads.all(), ...world.workloads.deleted()]
    .filter(isManaged)
    .filter(({ record }) => inScope(record.labels));
  const matches = venFilter(world, query);
  // An uninstalled VEN is history; it is listed when asked for.
  const wantsUninstalled = textParam(query, 'status') === 'uninstalled';
  const shown = all.filter(({ record }) => wantsUninstalled || record.ven.status !== 'uninstalled');
  return collection(shown.filter(matches), shown.length, (ven) => renderVen(world, caller, ven, expandedIn(query)));
}

const expandedIn = (query: URLSearchParams): boolean => textParam(query, 'representation') === 'ven_labels';

function update(request: Call) {
  const { world, caller, audit } = request;
  const before = find(request);
  const given = checkVenPut(request.body);
  requireInScope(world, caller, before.record.labels);
  const { ven } = before.record;
  const status = given.status ?? ven.status;
  world.workloads.put({
    ...before,
    updatedBy: caller.href,
    record: { ...before.record, ven: { ...ven, status }, updatedMs: world.clock.now() },
    extra: {
      ...before.extra,
      venName: given.name === undefined ? before.extra.venName : given.name,
      venDescription: given.description === undefined ? before.extra.venDescription : given.description,
      venTargetPce: given.target_pce_fqdn ?? before.extra.venTargetPce,
      venGoldenImage: given.golden_image ?? before.extra.venGoldenImage,
    },
  });
  const verb = status === ven.status ? 'update' : status === 'suspended' ? 'suspend' : 'unsuspend';
  const changes = status === ven.status ? {} : { status: { before: ven.status, after: status } };
  audit(`agent.${verb}`, [agentChange(world, before, changes)]);
  return { status: 204 };
}

/** Takes the VENs away; what becomes of their workloads is the choice made in `choices.ts`. All or none. */
function unpair(request: Call, hrefs: readonly { readonly href: string }[], eventType: string) {
  const { world, caller, audit } = request;
  const vens = hrefs.map(({ href }) => {
    const workload = world.workloads.get(lastSegment(href));
    if (!workload || workload.deleted || !isManaged(workload)) throw notFound();
    requireInScope(world, caller, workload.record.labels);
    if (workload.record.ven.status === 'suspended') throw refusedAs('suspended');
    return workload;
  });
  const now = world.clock.now();
  for (const workload of vens)
    world.workloads.put({
      ...workload,
      deleted: CHOICES.unpairDeletesWorkload,
      updatedBy: caller.href,
      record: {
        ...workload.record,
        online: false,
        updatedMs: now,
        ven: { ...workload.record.ven, status: 'uninstalled', lastGoodbyeMs: now },
      },
    });
  audit(
    eventType,
    vens.map((workload) => agentChange(world, workload, {}, 'delete')),
  );
  return { status: 204 };
}

/** VENs (objects.md §6.7). A VEN has the id of its workload. */
export const venRoutes: readonly Route<WorldState>[] = [
  { method: 'GET', path: '/orgs/:org/vens', access: 'read', collection: true, schema: 'vens_get', handle: list },
  {
    method: 'PUT',
    path: '/orgs/:org/vens/unpair',
    access: 'write',
    perMinute: UNPAIRS_PER_MINUTE,
    handle: (request) => unpair(request, checkVenUnpair(request.body).vens, 'agents.unpair'),
  },
  {
    method: 'PUT',
    path: '/orgs/:org/workloads/unpair',
    access: 'write',
    perMinute: UNPAIRS_PER_MINUTE,
    handle: (request) => unpair(request, checkUnpairWorkloads(request.body).workloads, 'workloads.unpair'),
  },
  {
    method: 'GET',
    path: '/orgs/:org/vens/:id',
    access: 'read',
    schema: 'vens_get',
    handle: (request) => ({
      status: 200,
      json: renderVen(request.world, request.caller, find(request), expandedIn(request.query)),
    }),
  },
  { method: 'PUT', path: '/orgs/:org/vens/:id', access: 'write', handle: update },
];
