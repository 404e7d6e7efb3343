import { createHash } from 'node:crypto';
import { scopeTest } from '../auth/scope.ts';
import type { Request, Route } from '../http/route.ts';
import { labelIdIn, labelHref, isoTime } from '../objects/wire.ts';
import { hrefOf, objectsIn } from '../lifecycle/body.ts';
import type { StoredWorkload } from '../objects/workload-store.ts';
import type { WorldState } from '../world-state.ts';

/** The label types whose labels make an app group: what a PCE starts with (traffic.md §12.1). */
const TYPES = ['app', 'env', 'loc'];
const MODES = ['visibility', 'enforced', 'idle', 'unmanaged', 'unknown', 'selective'] as const;
const LEVELS = ['blocked', 'off', 'all'] as const;

type Caller = Pick<Request<WorldState>, 'world' | 'caller'>;

export interface Group {
  readonly labels: readonly number[];
  readonly workloads: StoredWorkload[];
  virtualServices: number;
  virtualServers: number;
  containerWorkloads: number;
}

function modeOf({ record }: StoredWorkload): (typeof MODES)[number] {
  if (!record.managed) return 'unmanaged';
  if (record.enforcementMode === 'full') return 'enforced';
  return record.enforcementMode === 'visibility_only' ? 'visibility' : record.enforcementMode;
}

function levelOf({ record }: StoredWorkload): (typeof LEVELS)[number] {
  if (record.visibilityLevel === 'flow_off') return 'off';
  return record.visibilityLevel === 'flow_drops' ? 'blocked' : 'all';
}

/** How many there are of each, in the order of the key. */
const tally = <T extends string>(keys: readonly T[], values: readonly T[]): readonly number[] =>
  keys.map((key) => values.filter((value) => value === key).length);

export const appGroupHref = (orgId: number, name: string): string => `/orgs/${orgId}/app_groups/${name}`;

/** The app groups a caller sees by the last segment of their hrefs: what has an app label, by its labels of the chosen types. */
export function appGroupsOf({ world, caller }: Caller): ReadonlyMap<string, Group> {
  const { orgId } = world;
  const covers = scopeTest(world, caller);
  const keyOf = (id: number): string => world.labels.get(id)?.record.key ?? '';
  const groups = new Map<string, Group>();
  const groupOf = (all: readonly number[]): Group | null => {
    const labels = TYPES.flatMap((type) => all.filter((id) => keyOf(id) === type));
    if (!covers(all) || !labels.some((id) => keyOf(id) === 'app')) return null;
    const name = labels.join('x');
    const group = groups.get(name) ?? {
      labels,
      workloads: [],
      virtualServices: 0,
      virtualServers: 0,
      containerWorkloads: 0,
    };
    groups.set(name, group);
    return group;
  };
  const labelsIn = (labels: unknown) => objectsIn(labels).flatMap((label) => labelIdIn(orgId, hrefOf(label)) ?? []);
  for (const workload of world.workloads.all()) groupOf(workload.record.labels)?.workloads.push(workload);
  for (const { content } of world.policies.inVersion('virtual_services', 'draft')) {
    const group = groupOf(labelsIn(content.body['labels']));
    if (group) group.virtualServices++;
  }
  for (const { content } of world.policies.inVersion('virtual_servers', 'draft')) {
    const group = groupOf(labelsIn(content.body['labels']));
    if (group) group.virtualServers++;
  }
  for (const { body } of world.records.all('container_workloads')) {
    const group = groupOf(labelsIn(body['labels']));
    if (group) group.containerWorkloads++;
  }
  return groups;
}

function summary({ world, caller }: Caller) {
  const { orgId } = world;
  const groups = appGroupsOf({ world, caller });
  const nodes = [...groups].map(([name, group]) => ({
    type: 'app_group',
    href: appGroupHref(orgId, name),
    label_ids: group.labels,
    num_workloads: group.workloads.length,
    num_container_workloads: group.containerWorkloads,
    num_virtual_services: group.virtualServices,
    num_virtual_servers: group.virtualServers,
    mode: tally(MODES, group.workloads.map(modeOf)),
    container_workload_mode: MODES.map(() => 0),
    visibility_level: tally(LEVELS, group.workloads.filter(({ record }) => record.managed).map(levelOf)),
    caps: [],
  }));
  const used = new Set([...groups.values()].flatMap(({ labels }) => labels));
  const labels = [...used].map((id) => {
    const { key, value } = world.labels.get(id)?.record ?? { key: '', value: '' };
    return [id, { label: { href: labelHref(orgId, id), key, value } }] as const;
  });
  return {
    nodes,
    labels: Object.fromEntries(labels),
    mode_key: MODES,
    visibility_level_key: LEVELS,
    signature: createHash('sha256').update(JSON.stringify(nodes)).digest('hex'),
    updated_at: isoTime(world.clock.now()),
    version: world.policies.latestVersion(),
    cached: false,
  };
}

/** The app groups and what is in them (traffic.md §12.1): private, and read by the Python library. */
export const appGroupRoute: Route<WorldState> = {
  method: 'GET',
  path: '/orgs/:org/app_group_summary',
  access: 'read',
  handle: (request) => ({ status: 200, json: summary(request) }),
};
