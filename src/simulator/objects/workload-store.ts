import type { Estate, WorkloadRecord } from '../estates/estate.ts';
import type { Ids } from './ids.ts';
import { userHref, venHref } from './wire.ts';

/** A workload as the simulator keeps it: the estate's record and what only the API can set. Replaced, never edited. */
export interface StoredWorkload {
  readonly record: WorkloadRecord;
  readonly createdBy: string;
  readonly updatedBy: string;
  readonly deleted: boolean;
  readonly extra: WorkloadExtra;
}

export interface WorkloadExtra {
  readonly servicePrincipalName: string | null;
  readonly certificateId: string | null;
  readonly distinguishedName: string | null;
  readonly serviceProvider: string | null;
  readonly dataCenterZone: string | null;
  readonly datacenterNat: boolean;
  readonly venName: string | null;
  readonly venDescription: string | null;
  readonly venTargetPce: string | null;
  readonly venGoldenImage: boolean;
  /** Beside `record.interfaces`, index by index. */
  readonly interfaces: readonly { readonly linkState: string | null; readonly friendlyName: string | null }[];
}

export const NO_EXTRA: WorkloadExtra = {
  servicePrincipalName: null,
  certificateId: null,
  distinguishedName: null,
  serviceProvider: null,
  dataCenterZone: null,
  datacenterNat: false,
  venName: null,
  venDescription: null,
  venTargetPce: null,
  venGoldenImage: false,
  interfaces: [],
};

export interface WorkloadStore {
  /** Living ones, in order of creation. Cached until something changes. */
  all(): readonly StoredWorkload[];
  deleted(): readonly StoredWorkload[];
  get(id: string): StoredWorkload | undefined;
  put(workload: StoredWorkload): void;
  /** Label ids of all living workloads. Cached until something changes. */
  labelsInUse(): ReadonlySet<number>;
}

/** `changed` is told what a workload was before (undefined: it did not exist), so that time can be reconstructed. */
export function createWorkloadStore(
  estate: Estate,
  ids: Ids,
  changed: (before: StoredWorkload | undefined, after: StoredWorkload) => void,
): WorkloadStore {
  const workloads = new Map<string, StoredWorkload>();
  for (const record of estate.workloads) {
    if (record.ven) ids.taken('agents', record.ven.agentId);
    workloads.set(record.id, {
      record,
      createdBy: record.managed ? venHref(estate.orgId, record.id) : userHref(record.updatedBy),
      updatedBy: userHref(record.updatedBy),
      deleted: false,
      extra: NO_EXTRA,
    });
  }
  let living: readonly StoredWorkload[] | null = null;
  let labels: ReadonlySet<number> | null = null;
  const store: WorkloadStore = {
    all: () => (living ??= [...workloads.values()].filter(({ deleted }) => !deleted)),
    deleted: () => [...workloads.values()].filter(({ deleted }) => deleted),
    get: (id) => workloads.get(id),
    put(workload) {
      const before = workloads.get(workload.record.id);
      workloads.set(workload.record.id, workload);
      living = null;
      labels = null;
      changed(before, workload);
    },
    labelsInUse: () => (labels ??= new Set(store.all().flatMap(({ record }) => record.labels))),
  };
  return store;
}
