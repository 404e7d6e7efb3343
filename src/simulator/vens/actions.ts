import { notFound } from '../http/refusals.ts';
import type { Request, Route } from '../http/route.ts';
import { flag, list, oneOf, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { isManaged, type Managed } from '../objects/ven-wire.ts';
import { idIn } from '../objects/wire.ts';
import { requireInScope } from '../objects/workload-edit.ts';
import type { WorkloadExtra } from '../objects/workload-store.ts';
import type { WorldState } from '../world-state.ts';
import { agentChange } from './change.ts';

type Call = Request<WorldState>;
type Hrefs = readonly { readonly href: string }[];

const hrefs = (maxItems: number) => list(record({ href: text }, ['href']), { minItems: 1, maxItems });

const checkRemote = bodyCheck<{ readonly vens: Hrefs }>(
  'vens_remote_action_put',
  record({ action: oneOf('restart'), vens: hrefs(1) }, ['action', 'vens']),
);
const checkRecovery = bodyCheck<{
  readonly vens: Hrefs;
  readonly recovery_enabled: boolean;
  readonly recovery_duration_seconds: number;
}>(
  'vens_authentication_recovery_put',
  record(
    {
      vens: hrefs(1000),
      recovery_enabled: flag,
      recovery_duration_seconds: { type: 'integer', minimum: 3600, maximum: 2_592_000 },
    },
    ['vens', 'recovery_enabled', 'recovery_duration_seconds'],
  ),
);
const checkTransplant = bodyCheck<{ readonly vens: Hrefs; readonly pce_endpoint: string }>(
  'vens_bulk_transplant_put',
  record({ vens: hrefs(25_000), pce_endpoint: text, ev_service_endpoint: text }, [
    'pce_endpoint',
    'ev_service_endpoint',
    'vens',
  ]),
);

/** The VENs of hrefs, all of which must exist and be in the caller's scope: all are acted on, or none. */
function vensOf({ world, caller }: Call, named: Hrefs): readonly Managed[] {
  return named.map(({ href }) => {
    const workload = world.workloads.get(idIn(`/orgs/${world.orgId}/vens`, href) ?? '');
    if (!workload || workload.deleted || !isManaged(workload)) throw notFound();
    requireInScope(world, caller, workload.record.labels);
    return workload;
  });
}

function act(request: Call, vens: readonly Managed[], eventType: string, change: Partial<WorkloadExtra>) {
  const { world, caller, audit } = request;
  for (const ven of vens)
    world.workloads.put({
      ...ven,
      updatedBy: caller.href,
      record: { ...ven.record, updatedMs: world.clock.now() },
      extra: { ...ven.extra, ...change },
    });
  audit(
    eventType,
    vens.map((ven) => agentChange(world, ven, {})),
  );
  return { status: 204 };
}

/** Orders to VENs (objects.md §6.7). */
export const venActionRoutes: readonly Route<WorldState>[] = [
  {
    method: 'PUT',
    path: '/orgs/:org/vens/remote_action',
    access: 'write',
    handle: (request) => act(request, vensOf(request, checkRemote(request.body).vens), 'vens.remote_action', {}),
  },
  {
    method: 'PUT',
    path: '/orgs/:org/vens/authentication_recovery',
    access: 'write',
    handle(request) {
      const { vens, recovery_enabled: on, recovery_duration_seconds: seconds } = checkRecovery(request.body);
      return act(request, vensOf(request, vens), 'agents.authentication_recovery', {
        venRecoveryUntilMs: on ? request.world.clock.now() + seconds * 1000 : null,
      });
    },
  },
  {
    method: 'PUT',
    path: '/orgs/:org/vens/bulk_transplant',
    access: 'write',
    handle(request) {
      const { vens, pce_endpoint: venTargetPce } = checkTransplant(request.body);
      return act(request, vensOf(request, vens), 'agents.bulk_transplant', { venTargetPce });
    },
  },
];
