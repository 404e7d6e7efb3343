import type { Clock } from '../core/clock.ts';
import type { JsonObject } from '../core/json.ts';
import type { PolicySource } from '../model/policy/source.ts';
import { createKeyStore, type KeyStore } from './auth/keys.ts';
import { createSessions, type Sessions } from './auth/sessions.ts';
import { createUserStore, type UserStore } from './auth/user-store.ts';
import type { Estate } from './estates/estate.ts';
import { createJobStore, type JobStore } from './http/jobs.ts';
import { textIn } from './lifecycle/body.ts';
import { createEpochLog } from './lifecycle/epochs.ts';
import { policySource } from './lifecycle/policy-source.ts';
import type { PolicyStore, VersionName, VersionRecord } from './lifecycle/policy-store.ts';
import { renderByHref } from './lifecycle/policy-wire.ts';
import type { PolicyObject } from './lifecycle/object.ts';
import { loadPolicy } from './lifecycle/seed.ts';
import { createIds, type Ids } from './objects/ids.ts';
import { createDimensionStore, createLabelStore, type DimensionStore, type LabelStore } from './objects/label-store.ts';
import { BINDINGS } from './objects/service-bindings.ts';
import { createSettings, type Settings } from './objects/settings-store.ts';
import { createRecordStore, type RecordStore } from './records/record-store.ts';
import { recordSeeds } from './records/seeds.ts';
import { createWorkloadStore, type StoredWorkload, type WorkloadStore } from './objects/workload-store.ts';
import { createTables, type Tables } from './state/tables.ts';
import { uploadedFlows } from './traffic/uploaded.ts';
import { type Release, releaseOf } from './versions.ts';
import type { World } from './world.ts';

/** One PCE alone, or one of several with the same policy (objects.md §2.5). */
export const CLUSTER_TYPES = ['standalone', 'leader', 'member'] as const;
export type ClusterType = (typeof CLUSTER_TYPES)[number];

/** The living state with everything the kernel's own routes may change. */
export interface WorldState extends World {
  /** Everything that changes. A part without a store of its own opens a table here. */
  readonly tables: Tables;
  /** Which PCE this is. */
  readonly release: Release;
  /** Its part in a supercluster. */
  readonly cluster: ClusterType;
  readonly ids: Ids;
  readonly users: UserStore;
  readonly keys: KeyStore;
  readonly sessions: Sessions;
  readonly jobs: JobStore;
  readonly labels: LabelStore;
  readonly dimensions: DimensionStore;
  readonly workloads: WorkloadStore;
  /** The versioned objects; commits go through `provision`, which starts an epoch. */
  readonly policies: PolicyStore;
  readonly settings: Settings;
  /** Everything unversioned beside labels, workloads and keys. */
  readonly records: RecordStore;
  /** `policy` of any version; numbered ones are made anew each time. */
  policyAt(version: VersionName): PolicySource;
  /** Commits pending objects as this version and starts a new epoch. */
  provision(objects: readonly PolicyObject[], version: VersionRecord): void;
}

/** Records that the policy engine reads. */
const COLLECTIONS_IN_POLICY: ReadonlySet<string> = new Set([
  BINDINGS,
  'discovered_virtual_servers',
  'container_workloads',
]);

export function createWorld(
  estate: Estate,
  clock: Clock,
  tables: Tables = createTables(),
  release: Release = releaseOf(),
  cluster: ClusterType = 'standalone',
): WorldState {
  const { orgId } = estate;
  const ids = createIds(estate.seed, tables);
  const labels = createLabelStore(estate, ids, tables);
  const policies = loadPolicy(estate, ids, tables);
  const records = createRecordStore(tables, recordSeeds(estate), {
    taken: (collection, id) => ids.taken(collection, id),
    changed(collection) {
      if (!COLLECTIONS_IN_POLICY.has(collection)) return;
      recordChanges++;
      epochLog.policyChanged(policies.latestVersion());
    },
  });
  const users = createUserStore(estate, tables);
  for (const { id } of users.all()) ids.taken('users', id);
  const events = tables.open<JsonObject>('events');
  const ownEvents = [...events.values()];
  const cache = new Map<'draft' | 'active', { readonly stamp: string; readonly source: PolicySource }>();
  let workloadChanges = 0;
  let recordChanges = 0;
  const read = (version: VersionName, living: readonly StoredWorkload[], atMs: number | null): PolicySource =>
    policySource({ orgId, store: policies, labels, version, workloads: living, records, atMs });

  const workloads = createWorkloadStore(estate, ids, tables, (before, after) => {
    workloadChanges++;
    epochLog.workloadChanged(before, after);
  });
  const epochLog = createEpochLog({
    tables,
    nowMs: () => clock.now(),
    firstVersion: estate.policyVersions.at(-1)?.version ?? 0,
    workloads: () => workloads.all(),
    // What an estate starts with has always been there.
    source: (version, living, fromMs) => read(version, living, Math.max(fromMs, estate.nowMs)),
  });

  const world: WorldState = {
    estate,
    clock,
    orgId,
    tables,
    release,
    cluster,
    ids,
    labels,
    policies,
    workloads,
    ownEvents,
    users,
    keys: createKeyStore(estate, tables),
    sessions: createSessions(clock, tables, users),
    jobs: createJobStore(clock, tables),
    dimensions: createDimensionStore(estate, tables),
    settings: createSettings(orgId, tables),
    records,
    label(id) {
      const label = labels.get(id);
      return label && !label.deleted ? label.record : undefined;
    },
    workload(id) {
      const workload = workloads.get(id);
      return workload && !workload.deleted ? workload.record : undefined;
    },
    object: (href) => renderByHref(world, href),
    policy: (version) => world.policyAt(version),
    policyAt(version) {
      if (typeof version === 'number') return read(version, workloads.all(), null);
      const stamp = `${policies.revision()}/${workloadChanges}/${recordChanges}`;
      const known = cache.get(version);
      if (known?.stamp === stamp) return known.source;
      const source = read(version, workloads.all(), null);
      cache.set(version, { stamp, source });
      return source;
    },
    uploadedFlows: (fromMs, toMs) => uploadedFlows(tables, fromMs, toMs),
    epochs: (fromMs, toMs) => epochLog.epochs(fromMs, toMs),
    recordEvent(event) {
      ownEvents.push(event);
      events.set(textIn(event['href']) ?? '', event);
    },
    provision(objects, version) {
      policies.commit(objects, version);
      epochLog.policyChanged(version.version);
    },
  };
  return world;
}
