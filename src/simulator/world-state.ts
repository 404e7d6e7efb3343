import type { Clock } from '../core/clock.ts';
import type { JsonObject } from '../core/json.ts';
import type { PolicySource } from '../model/policy/source.ts';
import { createKeyStore, type KeyStore } from './auth/keys.ts';
import { createSessions, type Sessions } from './auth/sessions.ts';
import type { Estate } from './estates/estate.ts';
import { createJobStore, type JobStore } from './http/jobs.ts';
import { createEpochLog } from './lifecycle/epochs.ts';
import { policySource } from './lifecycle/policy-source.ts';
import type { PolicyStore, VersionName, VersionRecord } from './lifecycle/policy-store.ts';
import { renderByHref } from './lifecycle/policy-wire.ts';
import type { PolicyObject } from './lifecycle/object.ts';
import { loadPolicy } from './lifecycle/seed.ts';
import { createIds, type Ids } from './objects/ids.ts';
import { createDimensionStore, createLabelStore, type DimensionStore, type LabelStore } from './objects/label-store.ts';
import { createSettings, type Settings } from './objects/settings-store.ts';
import { createWorkloadStore, type WorkloadStore } from './objects/workload-store.ts';
import type { World } from './world.ts';

/** The living state with everything the kernel's own routes may change. */
export interface WorldState extends World {
  readonly ids: Ids;
  readonly keys: KeyStore;
  readonly sessions: Sessions;
  readonly jobs: JobStore;
  readonly labels: LabelStore;
  readonly dimensions: DimensionStore;
  readonly workloads: WorkloadStore;
  /** The versioned objects; commits go through `provision`, which starts an epoch. */
  readonly policies: PolicyStore;
  readonly settings: Settings;
  /** `policy` of any version; numbered ones are made anew each time. */
  policyAt(version: VersionName): PolicySource;
  /** Commits pending objects as this version and starts a new epoch. */
  provision(objects: readonly PolicyObject[], version: VersionRecord): void;
}

export function createWorld(estate: Estate, clock: Clock): WorldState {
  const { orgId } = estate;
  const ids = createIds(estate.seed);
  const labels = createLabelStore(estate, ids);
  const policies = loadPolicy(estate, ids);
  const ownEvents: JsonObject[] = [];
  const cache = new Map<'draft' | 'active', { readonly stamp: string; readonly source: PolicySource }>();
  let workloadChanges = 0;

  const workloads = createWorkloadStore(estate, ids, (before, after) => {
    workloadChanges++;
    epochLog.workloadChanged(before, after);
  });
  const epochLog = createEpochLog({
    nowMs: () => clock.now(),
    firstVersion: policies.latestVersion(),
    workloads: () => workloads.all(),
    source: (version, living) => policySource({ orgId, store: policies, labels, version, workloads: living }),
  });

  const world: WorldState = {
    estate,
    clock,
    orgId,
    ids,
    labels,
    policies,
    workloads,
    ownEvents,
    keys: createKeyStore(estate),
    sessions: createSessions(clock),
    jobs: createJobStore(clock),
    dimensions: createDimensionStore(estate),
    settings: createSettings(orgId),
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
      if (typeof version === 'number')
        return policySource({ orgId, store: policies, labels, version, workloads: workloads.all() });
      const stamp = `${policies.revision()}/${workloadChanges}`;
      const known = cache.get(version);
      if (known?.stamp === stamp) return known.source;
      const source = policySource({ orgId, store: policies, labels, version, workloads: workloads.all() });
      cache.set(version, { stamp, source });
      return source;
    },
    epochs: (fromMs, toMs) => epochLog.epochs(fromMs, toMs),
    recordEvent: (event) => void ownEvents.push(event),
    provision(objects, version) {
      policies.commit(objects, version);
      epochLog.policyChanged(version.version);
    },
  };
  return world;
}
