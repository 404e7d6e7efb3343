import { hashOf, mix2 } from '../../random.ts';
import { HOUR } from '../calendar.ts';
import {
  agentOf,
  byAgent,
  byUser,
  call,
  element,
  type EventParts,
  type EventWorld,
  FILTERED_CALL,
  officeIp,
  SYSTEM,
  workloadResource,
} from './record.ts';

type Make = (world: EventWorld, hash: number) => EventParts;

const fromAgent =
  (type: string, status: 'success' | null, notification: string | null = null): Make =>
  (world, hash) => {
    const workload = element(world.managed, hash);
    return {
      type,
      status,
      createdBy: byAgent(world, workload),
      action: status === null ? null : FILTERED_CALL,
      notifications: notification === null ? [] : [{ notification_type: notification, info: null }],
    };
  };

const policyAck: Make = (world, hash) => {
  const workload = element(world.managed, hash);
  return {
    ...fromAgent('agent.update', 'success', 'agent.policy_deploy_succeeded')(world, hash),
    changes: [
      {
        resource: { agent: agentOf(world, workload) },
        changes: { security_policy_applied_at: { before: null, after: null } },
        change_type: 'update',
      },
    ],
  };
};

const session =
  (type: string, endpoint: string, status: number, notification: string): Make =>
  (world, hash) => {
    const user = element(world.users, hash);
    const resource = { user: { href: `/users/${user.id}`, type: 'local', username: user.username } };
    return {
      type,
      status: 'success',
      createdBy: byUser(user),
      action: call(endpoint === '/api/v2/users/login' ? 'GET' : 'POST', endpoint, status, officeIp(user)),
      notifications: [{ notification_type: notification, info: resource }],
    };
  };

const systemTask =
  (name: string, status: 'success' | null): Make =>
  () => ({
    type: `system_task.${name}`,
    status,
    createdBy: SYSTEM,
    action:
      status === null ? null : { api_endpoint: null, api_method: null, http_status_code: null, src_ip: 'FILTERED' },
    system: true,
  });

const refused =
  (type: string): Make =>
  (_world, hash) => ({
    type,
    status: 'failure',
    severity: type === 'request.authentication_failed' ? 'err' : 'warning',
    createdBy: SYSTEM,
    notifications: [
      {
        notification_type: type,
        info: {
          api_endpoint: '/api/v2/orgs/1/jobs',
          api_method: 'GET',
          src_ip: `10.100.${128 + (hash % 100)}.${1 + (mix2(hash, 3) % 250)}`,
        },
      },
    ],
  });

const labelling: Make = (world, hash) => {
  const user = element(world.users, hash % 12);
  const workload = element(world.workloads, hash);
  return {
    type: 'workloads.set_labels',
    status: 'success',
    createdBy: byUser(user),
    action: call('PUT', `/api/v2/orgs/${world.orgId}/workloads/set_labels`, 200, officeIp(user)),
    changes: [{ resource: workloadResource(world, workload), changes: {}, change_type: 'update' }],
  };
};

/** A write to a ruleset or one of its rules, by someone who may. */
const policyWrite =
  (type: string, method: string, list: 'rules' | 'deny_rules' | null): Make =>
  (world, hash) => {
    const user = element(world.users, hash % 9);
    const seed = element(world.ruleSets, hash);
    const href = `/orgs/${world.orgId}/sec_policy/draft/rule_sets/${seed.id}`;
    const rules = list === null ? [] : seed.active?.[list];
    const rule: unknown = Array.isArray(rules) ? rules[mix2(hash, 4) % Math.max(1, rules.length)] : undefined;
    const id = typeof rule === 'object' && rule !== null && 'id' in rule ? String(rule.id) : null;
    const kind = list === 'deny_rules' ? 'deny_rule' : 'sec_rule';
    const target = list === null || id === null ? href : `${href}/${kind}s/${id}`;
    const status = method === 'POST' ? 201 : 204;
    const resource =
      list === null
        ? { rule_set: { href, name: seed.active?.['name'] ?? null, scopes: seed.active?.['scopes'] ?? [] } }
        : { [kind]: { href: target } };
    return {
      type,
      status: 'success',
      createdBy: byUser(user),
      action: call(method, `/api/v2${method === 'POST' ? `${href}/${kind}s` : target}`, status, officeIp(user)),
      changes: [{ resource, changes: {}, change_type: method === 'POST' ? 'create' : 'update' }],
    };
  };

const apiKey: Make = (world, hash) => {
  const user = element(world.users, hash);
  const href = `/users/${user.id}/api_keys/${hash.toString(16).padStart(8, '0')}${mix2(hash, 1).toString(16).padStart(9, '0')}`;
  return {
    type: 'api_key.create',
    status: 'success',
    createdBy: byUser(user),
    action: call('POST', `/api/v2/users/${user.id}/api_keys`, 201, officeIp(user)),
    changes: [{ resource: { api_key: { href } }, changes: {}, change_type: 'create' }],
  };
};

const cluster =
  (type: string, status: 'success' | null): Make =>
  (world, hash) => {
    const clusters = world.containerClusters ?? [];
    // Without clusters an agent has said something instead, so that the number of events is the same.
    if (clusters.length === 0) return fromAgent('workload_service_report.update', status)(world, hash);
    const { id, name } = element(clusters, hash);
    return {
      type,
      status,
      createdBy: { container_cluster: { href: `/orgs/${world.orgId}/container_clusters/${id}`, name } },
    };
  };

// Weights out of 1,000; those without a status are 350 of them (users.md §5.8).
const ROUTINE: readonly (readonly [weight: number, make: Make])[] = [
  [130, fromAgent('workload_service_report.update', null)],
  [80, fromAgent('agent.update_running_containers', null)],
  [80, cluster('container_cluster.security_policy_acks', null)],
  [40, fromAgent('agent.request_policy', null)],
  [20, systemTask('compute_policy_for_unmanaged_workloads', null)],
  [290, policyAck],
  [110, fromAgent('agent.refresh_policy', 'success')],
  [40, fromAgent('agent.refresh_token', 'success')],
  [50, session('user.sign_in', '/login/users/sign_in', 302, 'user.login_session_created')],
  [25, session('user.login', '/api/v2/users/login', 200, 'user.pce_session_created')],
  [25, session('user.logout', '/api/v2/users/logout', 204, 'user.pce_session_terminated')],
  [20, cluster('container_cluster.update', 'success')],
  [24, systemTask('expire_service_account_api_keys', 'success')],
  [24, refused('request.authentication_failed')],
  [8, refused('request.authorization_failed')],
  [10, labelling],
  [6, policyWrite('rule_set.update', 'PUT', null)],
  [7, policyWrite('sec_rule.create', 'POST', 'rules')],
  [7, policyWrite('sec_rule.update', 'PUT', 'rules')],
  [2, policyWrite('deny_rule.create', 'POST', 'deny_rules')],
  [2, apiKey],
];
const TOTAL = ROUTINE.reduce((sum, [weight]) => sum + weight, 0);

/** Events of ordinary operation in an hour: about 900 a day, each a function of the hour and its place in it. */
export function routineEvents(
  world: EventWorld,
  hour: number,
): readonly { readonly atMs: number; readonly parts: EventParts; readonly key: number }[] {
  const timeOfDay = hour % 24;
  const busy = timeOfDay >= 6 && timeOfDay < 18 ? 1.25 : 0.75;
  const count = Math.round(37 * busy + (hashOf(world.seed, 'hour', hour) % 5) - 2);
  const events = Array.from({ length: count }, (_, i) => {
    const key = hashOf(world.seed, 'routine', hour, i);
    let roll = mix2(key, 7) % TOTAL;
    const make = ROUTINE.find(([weight]) => (roll -= weight) < 0)?.[1] ?? policyAck;
    return { atMs: hour * HOUR + (mix2(key, 8) % HOUR), parts: make(world, mix2(key, 9)), key };
  });
  return events.sort((a, b) => a.atMs - b.atMs || a.key - b.key);
}
