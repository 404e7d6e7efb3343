import type { Href } from '../../core/href.ts';
import type { JsonObject } from '../../core/json.ts';
import type { EnforcementMode } from '../../model/inventory.ts';
import type { Route } from '../http/route.ts';
import { isJsonObject, objectsIn } from '../lifecycle/body.ts';
import { isoTime, workloadHref } from '../objects/wire.ts';
import type { StoredWorkload } from '../objects/workload-store.ts';
import { workloadOf } from '../objects/workloads.ts';
import type { WorldState } from '../world-state.ts';
import { type Exposure, exposureOf } from './exposure.ts';

type Policy = 'allowed' | 'allowed_across_boundary' | 'blocked_by_boundary' | 'blocked_no_rule';

/** What a policy says of a port as a whole: open to somebody, denied to everybody, or simply without a rule. */
function policyOf({ full, selective, visibility, any, ipList }: Exposure): Policy {
  if (full > 0 || any || ipList) return selective < visibility ? 'allowed_across_boundary' : 'allowed';
  return selective === 0 && visibility > 0 ? 'blocked_by_boundary' : 'blocked_no_rule';
}

/** Protected where the mode enforces what the policy says: open to those who may, or closed. */
function protectionOf(mode: EnforcementMode, policy: Policy): 'unprotected' | 'protected_open' | 'protected_closed' {
  const open = policy === 'allowed' || policy === 'allowed_across_boundary';
  if (mode === 'full') return open ? 'protected_open' : 'protected_closed';
  if (mode === 'selective' && policy === 'blocked_by_boundary') return 'protected_closed';
  return mode === 'selective' && policy === 'allowed_across_boundary' ? 'protected_open' : 'unprotected';
}

export interface RiskyPort {
  readonly href: string;
  readonly name: string;
  readonly port: number;
  readonly proto: number;
  readonly risk: JsonObject;
}

const TCP = 6;

/** Ports of provisioned services that carry a ransomware risk on the workload's kind of system. */
export function riskyPorts(world: WorldState, { record }: StoredWorkload): readonly RiskyPort[] {
  const platform = record.osId?.startsWith('win') ? 'windows' : 'linux';
  return world.policies.inVersion('services', 'active').flatMap(({ object, content }) => {
    const details = content.body['risk_details'];
    const risk = isJsonObject(details) ? details['ransomware'] : null;
    if (!isJsonObject(risk)) return [];
    const platforms = risk['os_platforms'];
    if (Array.isArray(platforms) && !platforms.includes(platform)) return [];
    const ports = [...objectsIn(content.body['service_ports']), ...objectsIn(content.body['windows_services'])];
    return ports.flatMap(({ port, proto }): RiskyPort[] => {
      if (typeof port !== 'number') return [];
      const { name } = content.body;
      return [
        {
          href: world.policies.href(object, 'active'),
          name: typeof name === 'string' ? name : '',
          port,
          proto: typeof proto === 'number' ? proto : TCP,
          risk,
        },
      ];
    });
  });
}

/** How one policy version treats a port of a workload, and whether the workload's mode makes that good. */
export function protectionBy(
  world: WorldState,
  { record }: StoredWorkload,
  { port, proto }: Pick<RiskyPort, 'port' | 'proto'>,
  version: 'active' | 'draft',
) {
  // One of the simulator's own hrefs.
  const own = workloadHref(world.orgId, record.id) as Href;
  const exposure = exposureOf(world.policy(version), own, proto, port);
  const policy = exposure === null ? 'blocked_no_rule' : policyOf(exposure);
  return { policy, state: protectionOf(record.enforcementMode, policy) };
}

function detailOf(
  world: WorldState,
  workload: StoredWorkload,
  { href, name, port, proto, risk }: RiskyPort,
): JsonObject {
  const { record } = workload;
  const { policy: active, state } = protectionBy(world, workload, { port, proto }, 'active');
  const { policy: draft, state: planned } = protectionBy(world, workload, { port, proto }, 'draft');
  const better = planned !== 'unprotected';
  return {
    href,
    name,
    port,
    // The documentation's sample has one name, the schema another (traffic.md §12.3).
    protocol: proto,
    proto,
    severity: risk['severity'],
    category: risk['category'],
    os_platforms: risk['os_platforms'],
    port_status: record.openPorts.some((open) => open.port === port && open.proto === proto) ? 'listening' : 'inactive',
    protection_state: state,
    active_policy: active,
    draft_policy: draft,
    ...(state === 'unprotected' && { recommendation: better ? 'has_draft_policy_needs_provisioning' : 'add_boundary' }),
  };
}

/** What of a workload ransomware could use, service by service (traffic.md §12.3); null where nothing is computed. */
function riskDetails(world: WorldState, workload: StoredWorkload): JsonObject {
  if (workload.record.ransomware === null) return { risk_details: { ransomware: null } };
  const services = riskyPorts(world, workload).map((risky) => detailOf(world, workload, risky));
  const last_updated_at = isoTime(workload.record.updatedMs);
  return { risk_details: { ransomware: { services, details: services, last_updated_at } } };
}

export const riskDetailRoute: Route<WorldState> = {
  method: 'GET',
  path: '/orgs/:org/workloads/:id/risk_details',
  access: 'read',
  schema: 'workloads_risk_details_get',
  handle: (request) => ({ status: 200, json: riskDetails(request.world, workloadOf(request)) }),
};
