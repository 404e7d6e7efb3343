import type { JsonObject } from '../../core/json.ts';
import { scopeTest } from '../auth/scope.ts';
import { notFound } from '../http/refusals.ts';
import type { Request, Route } from '../http/route.ts';
import { record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { isManaged, type Managed } from '../objects/ven-wire.ts';
import { isoTimeOrNull, labelHref, venHref } from '../objects/wire.ts';
import { requireInScope } from '../objects/workload-edit.ts';
import { LEGACY_MODES } from '../objects/workload-wire.ts';
import { hashOf } from '../random.ts';
import type { WorldState } from '../world-state.ts';
import { agentChange } from './change.ts';
import { venNow } from './upgrading.ts';

type Call = Request<WorldState>;

const checkUpdate = bodyCheck<{ readonly target_pce_fqdn?: string }>(
  'agents_update_put',
  record({ target_pce_fqdn: text }),
);

/** The VEN of an agent's number, if the caller may see it. */
function agentOf({ world, caller, params }: Call): Managed {
  const covers = scopeTest(world, caller);
  const found = world.workloads
    .all()
    .filter(isManaged)
    .find(({ record: own }) => String(own.ven.agentId) === params['id'] && covers(own.labels));
  if (!found) throw notFound();
  return found;
}

/** What `/agents` said before there were VENs. */
function render(world: WorldState, agent: Managed): JsonObject {
  const { record: own, extra } = agent;
  return {
    href: `/orgs/${world.orgId}/agents/${own.ven.agentId}`,
    name: own.name,
    description: own.description,
    online: own.online,
    mode: LEGACY_MODES[own.enforcementMode],
    uid: own.id,
    last_heartbeat_on: isoTimeOrNull(own.ven.lastHeartbeatMs),
    uptime_seconds: own.ven.uptimeSeconds,
    hostname: own.hostname ?? '',
    agent_version: venNow(agent, world.clock.now()).version,
    public_ip: own.publicIp,
    ip_tables_saved: null,
    os_id: own.osId,
    os_detail: own.osDetail,
    log_traffic: own.visibilityLevel === 'flow_summary',
    target_pce_fqdn: extra.venTargetPce,
    active_pce_fqdn: world.estate.pceFqdn,
    labels: own.labels.map((id) => ({ href: labelHref(world.orgId, id) })),
    visibility_level: own.visibilityLevel,
    ven: { href: venHref(world.orgId, own.id) },
  };
}

/** A VEN reports on its host while it is idle, before it takes over the firewall; the others have nothing to say (objects.md §6.7). */
function compatibility({ estate }: WorldState, { record: own }: Managed): JsonObject {
  if (own.enforcementMode !== 'idle') return {};
  const status =
    (['green', 'green', 'yellow', 'red'] as const)[hashOf(estate.seed, 'compatibility', own.id) % 4] ?? 'green';
  const windows = own.osId?.startsWith('win') ?? false;
  const found: JsonObject = windows
    ? { group_policy: status !== 'green' }
    : { iptables_rule_cnt: status === 'green' ? 0 : 12 };
  return {
    last_updated_at: isoTimeOrNull(own.ven.lastHeartbeatMs),
    qualify_status: status,
    results: {
      qualify_tests: [
        { status: 'green', required_packages_installed: true },
        { status: 'green', ipv6_enabled: false },
        { status, ...found },
      ],
    },
  };
}

const path = '/orgs/:org/agents/:id';

/** Agents, the older face of VENs. */
export const agentRoutes: readonly Route<WorldState>[] = [
  {
    method: 'GET',
    path,
    access: 'read',
    schema: 'agents_get',
    handle: (request) => ({ status: 200, json: render(request.world, agentOf(request)) }),
  },
  {
    method: 'GET',
    path: `${path}/compatibility_report`,
    access: 'read',
    handle: (request) => ({ status: 200, json: compatibility(request.world, agentOf(request)) }),
  },
  {
    method: 'PUT',
    path: `${path}/update`,
    access: 'write',
    handle(request) {
      const { world, caller, audit } = request;
      const agent = agentOf(request);
      const { target_pce_fqdn: venTargetPce = agent.extra.venTargetPce } = checkUpdate(request.body);
      requireInScope(world, caller, agent.record.labels);
      world.workloads.put({ ...agent, updatedBy: caller.href, extra: { ...agent.extra, venTargetPce } });
      audit('agent.update', [agentChange(world, agent, {})]);
      return { status: 204 };
    },
  },
];
