import type { JsonObject } from '../../../core/json.ts';
import { createRandom, mix2 } from '../../random.ts';
import { DAY, HOUR, MINUTE } from '../calendar.ts';
import type { UserRecord, VersionedSeed, WorkloadRecord } from '../estate.ts';
import type { Plants } from '../plants.ts';
import {
  agentOf,
  byAgent,
  byUser,
  call,
  element,
  type EventParts,
  type EventWorld,
  officeIp,
  SYSTEM,
  workloadResource,
} from './record.ts';

export interface Notable {
  readonly atMs: number;
  readonly parts: EventParts;
}

/** When the agent of the tampered host reported it. */
const tamperedAt = (nowMs: number, index: number): number => nowMs - (2 + (index % 4)) * DAY - 5 * HOUR;

/** Events with a story: agents in trouble (P19), provisioning, pending edits. Oldest first. */
export function notableEvents(world: EventWorld, plants: Plants): Notable[] {
  return [...agentTrouble(world, plants), ...agentLife(world), ...provisioning(world), ...pendingEdits(world)].sort(
    (a, b) => a.atMs - b.atMs,
  );
}

function agentTrouble(world: EventWorld, plants: Plants): Notable[] {
  const { workloads, nowMs } = world;
  const at = (index: number): WorkloadRecord => element(workloads, index);
  const offline = plants.offline.flatMap((index): Notable[] => {
    const workload = at(index);
    const last = workload.ven?.lastHeartbeatMs ?? nowMs;
    const goodbye = workload.ven?.lastGoodbyeMs;
    return [
      ...(goodbye === null || goodbye === undefined
        ? []
        : [{ atMs: goodbye, parts: fromAgent(world, workload, 'agent.goodbye', 'success', null) }]),
      { atMs: last + 15 * MINUTE, parts: missedHeartbeats(world, workload) },
      { atMs: last + HOUR, parts: wentOffline(world, workload) },
    ];
  });
  const clones = plants.cloned.map((index): Notable => {
    const workload = at(index);
    const since = workload.ven?.conditions.find(({ type }) => type === 'agent.clone_detected')?.sinceMs ?? nowMs;
    return {
      atMs: since,
      parts: {
        ...fromAgent(world, workload, 'agent.clone_detected', null, 'agent.clone_detected'),
        notifications: [
          {
            notification_type: 'agent.clone_detected',
            info: { agent: { ...agentOf(world, workload), name: workload.name } },
          },
        ],
      },
    };
  });
  const tampering = plants.tampered.map(
    (index): Notable => ({
      atMs: tamperedAt(nowMs, index),
      parts: {
        ...fromAgent(world, at(index), 'agent.tampering', 'success', null),
        severity: 'err',
        notifications: [
          {
            notification_type: 'workload.oob_policy_changes',
            info: { tampering_revert_succeeded: true, num_reverts: 1 },
          },
        ],
      },
    }),
  );
  const suspended = plants.suspended.map(
    (index): Notable => ({
      atMs: nowMs - (2 + (index % 18)) * DAY,
      parts: { ...fromAgent(world, at(index), 'agent.suspend', 'success', null), severity: 'warning' },
    }),
  );
  return [...offline, ...clones, ...tampering, ...suspended];
}

function fromAgent(
  world: EventWorld,
  workload: WorkloadRecord,
  type: string,
  status: EventParts['status'],
  notification: string | null,
): EventParts {
  return {
    type,
    status,
    createdBy: byAgent(world, workload),
    notifications: notification === null ? [] : [{ notification_type: notification, info: null }],
  };
}

const missedHeartbeats = (world: EventWorld, workload: WorkloadRecord): EventParts => ({
  type: 'system_task.agent_missed_heartbeats_check',
  status: 'success',
  severity: 'warning',
  createdBy: SYSTEM,
  notifications: [
    {
      notification_type: 'agent.missed_heartbeats',
      info: { agent: { ...agentOf(world, workload), name: workload.name } },
    },
  ],
});

const wentOffline = (world: EventWorld, workload: WorkloadRecord): EventParts => ({
  type: 'system_task.agent_offline_check',
  status: 'success',
  createdBy: SYSTEM,
  changes: [
    {
      resource: workloadResource(world, workload),
      changes: { online: { before: true, after: false } },
      change_type: 'update',
    },
  ],
});

/** The other things that happen to agents, a few times in the last weeks. */
const LIFE: readonly (readonly [
  type: string,
  status: EventParts['status'],
  severity: 'info' | 'warning' | 'err',
  count: number,
])[] = [
  ['agent.service_not_available', null, 'warning', 3],
  ['agent.unsuspend', 'success', 'info', 2],
  ['agent.deactivate', 'success', 'info', 2],
  ['agent.activate', 'success', 'info', 6],
  ['agent.request_upgrade', 'success', 'info', 5],
  ['agent.upgrade_successful', 'success', 'info', 4],
  ['agent.machine_identifier', null, 'info', 3],
  ['lost_agent.found', null, 'warning', 2],
  ['system_task.agent_missing_heartbeats_after_upgrade', null, 'warning', 1],
  ['workload.online', 'success', 'info', 8],
];

function agentLife(world: EventWorld): Notable[] {
  const random = createRandom(world.seed, 'agent-life');
  return LIFE.flatMap(([type, status, severity, count]) =>
    Array.from({ length: count }, () => ({
      atMs: world.nowMs - random.between(1, 27) * DAY - random.below(1440) * MINUTE,
      parts: { ...fromAgent(world, random.pick(world.managed), type, status, null), severity },
    })),
  );
}

function provisioning(world: EventWorld): Notable[] {
  const named = world.ruleSets.slice(0, 60);
  return world.policyVersions.map((version) => {
    const user = personOf(world, version.createdBy);
    const changed = [0, 1, 2].map((i) => element(named, mix2(version.version, i)));
    const rulesets = Object.fromEntries(
      changed.map(({ id, active }) => [
        `/orgs/${world.orgId}/sec_policy/draft/rule_sets/${id}`,
        { action: 'modified', name: active?.['name'] ?? null },
      ]),
    );
    const source = /^Restore of version (\d+)$/.exec(version.commitMessage)?.[1];
    const endpoint = `/api/v2/orgs/${world.orgId}/sec_policy${source === undefined ? '' : `/${source}/restore`}`;
    return {
      atMs: version.createdMs,
      parts: {
        type: source === undefined ? 'sec_policy.create' : 'sec_policy.restore',
        status: 'success',
        createdBy: byUser(user),
        action: call('POST', endpoint, 201, officeIp(user)),
        changes: [
          {
            resource: {
              sec_policy: {
                href: `/orgs/${world.orgId}/sec_policy/${version.version}`,
                commit_message: version.commitMessage,
                version: version.version,
                modified_objects: { rulesets },
              },
            },
            changes: { workloads_affected: { before: 0, after: version.workloadsAffected } },
            change_type: 'create',
          },
        ],
        notifications: source === undefined ? [] : [{ notification_type: 'sec_policy.restore', info: null }],
      },
    };
  });
}

/** One event for every object with a draft, by its author at its time. */
function pendingEdits(world: EventWorld): Notable[] {
  const of = (kind: 'rule_set' | 'ip_list' | 'service', seeds: readonly VersionedSeed[]): Notable[] =>
    seeds.flatMap((seed) => {
      if (seed.draft === undefined) return [];
      const user = personOf(world, seed.draft.updatedBy);
      const href = `/orgs/${world.orgId}/sec_policy/draft/${kind}s/${seed.id}`;
      const verb = seed.draft.updateType;
      const resource: JsonObject = { [kind]: { href, name: seed.active?.['name'] ?? null } };
      return [
        {
          atMs: seed.draft.updatedMs,
          parts: {
            type: `${kind}.${verb}`,
            status: 'success',
            createdBy: byUser(user),
            action: call(verb === 'delete' ? 'DELETE' : 'PUT', `/api/v2${href}`, 204, officeIp(user)),
            changes: [{ resource, changes: {}, change_type: verb }],
          },
        },
      ];
    });
  return [...of('rule_set', world.ruleSets), ...of('ip_list', world.ipLists), ...of('service', world.services)];
}

function personOf({ users }: EventWorld, id: number): UserRecord {
  return users.find((user) => user.id === id) ?? element(users, 0);
}
