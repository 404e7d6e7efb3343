import { randomUUID } from 'node:crypto';
import { refused } from '../http/refusals.ts';
import { isoTime } from '../objects/wire.ts';
import type { Tables } from '../state/tables.ts';
import type { WorldState } from '../world-state.ts';
import { objectsIn } from '../lifecycle/body.ts';

/** How many there may be: from `soft` on there is an event, beyond `hard` a refusal. */
export interface Limit {
  readonly soft: number;
  readonly hard: number;
}

const living = (all: readonly { readonly deleted: boolean }[]): number =>
  all.reduce((sum, { deleted }) => (deleted ? sum : sum + 1), 0);
const drafts = (world: WorldState, type: 'label_groups' | 'services' | 'enforcement_boundaries'): number =>
  world.policies.inVersion(type, 'draft').length;

/** The limits of a 4x2 cluster (traffic.md §13.4) and how much of each is used. Where no hard limit is given, only the soft one counts. */
const LIMITS = {
  total_workloads: { soft: 100_000, hard: 125_000, used: ({ workloads }: WorldState) => workloads.all().length },
  total_labels: { soft: 20_000, hard: 25_000, used: ({ labels }: WorldState) => living(labels.all()) },
  total_label_groups: { soft: 8000, hard: 10_000, used: (world: WorldState) => drafts(world, 'label_groups') },
  total_ip_list_entries: {
    soft: 8000,
    hard: 10_000,
    used: ({ policies }: WorldState) =>
      policies
        .inVersion('ip_lists', 'draft')
        .reduce((sum, { content }) => sum + objectsIn(content.body['ip_ranges']).length, 0),
  },
  total_services: {
    soft: 10_000,
    hard: Number.MAX_SAFE_INTEGER,
    used: (world: WorldState) => drafts(world, 'services'),
  },
  total_rules: {
    soft: 40_000,
    hard: 50_000,
    used: ({ policies }: WorldState) =>
      policies.inVersion('rule_sets', 'draft').reduce((sum, { content }) => sum + content.rules.length, 0),
  },
  total_enforcement_boundaries: {
    soft: 400,
    hard: 500,
    used: (world: WorldState) => drafts(world, 'enforcement_boundaries'),
  },
  total_pairing_profiles: {
    soft: 1200,
    hard: 5000,
    used: ({ records }: WorldState) => records.all('pairing_profiles').length,
  },
  total_permissions: {
    soft: 10_000,
    hard: 35_000,
    used: ({ records }: WorldState) => records.all('permissions').length,
  },
  total_container_clusters: {
    soft: 80,
    hard: 100,
    used: ({ records }: WorldState) => records.all('container_clusters').length,
  },
} as const;
export type LimitName = keyof typeof LIMITS;
export const LIMIT_NAMES = Object.keys(LIMITS) as readonly LimitName[]; // the keys of the literal above

const table = (tables: Tables) => tables.open<Limit>('limits');

/** A limit that somebody set, or the documented one. An estate that starts beyond that has room for as much again. */
export function limitOf(world: WorldState, name: LimitName): Limit {
  const known = table(world.tables).get(name);
  if (known) return known;
  const { soft, hard, used } = LIMITS[name];
  const start = used(world) * 2;
  const limit = start > soft * 2 ? { soft: start, hard: Math.max(hard, start) } : { soft, hard };
  table(world.tables).set(name, limit);
  return limit;
}

export const setLimit = (world: WorldState, name: LimitName, limit: Limit): void =>
  table(world.tables).set(name, limit);

export const usedOf = (world: WorldState, name: LimitName): number => LIMITS[name].used(world);

/** To be called before something is made: leaves an event at the soft limit, throws 406 beyond the hard one (traffic.md §13.4). */
export function requireRoom(world: WorldState, name: LimitName, wanted = 1): void {
  const { soft, hard } = limitOf(world, name);
  const used = LIMITS[name].used(world);
  if (used + wanted > hard) {
    world.recordEvent(limitEvent(world, 'hard', name, { used, limit: hard }));
    throw refused('object_limit_hard_limit_reached', `Object limit hard limit reached: ${name}`);
  }
  if (used < soft && used + wanted >= soft)
    world.recordEvent(limitEvent(world, 'soft', name, { used: used + wanted, limit: soft }));
}

const limitEvent = (
  world: WorldState,
  kind: 'soft' | 'hard',
  name: LimitName,
  { used, limit }: { readonly used: number; readonly limit: number },
) => ({
  href: `/orgs/${world.orgId}/events/${randomUUID()}`,
  timestamp: isoTime(world.clock.now()),
  pce_fqdn: world.estate.pceFqdn,
  created_by: { system: {} },
  event_type: `${kind}_limit_exceeded`,
  status: kind === 'soft' ? 'success' : 'failure',
  severity: kind === 'soft' ? 'warning' : 'err',
  action: null,
  resource_changes: [],
  notifications: [
    {
      uuid: randomUUID(),
      notification_type: `${kind}_limit.exceeded`,
      info: { object_limit: name, current: used, limit },
    },
  ],
  version: 2,
});
