import type { Estate, WorkloadRecord } from '../estates/estate.ts';
import type { Tables } from '../state/tables.ts';
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
  /** An upgrade that was asked for; it counts as done some minutes later (`vens/upgrading.ts`). */
  readonly venUpgrade: { readonly release: string; readonly fromMs: number; readonly expiresMs: number } | null;
  readonly venRecoveryUntilMs: number | null;
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
  venUpgrade: null,
  venRecoveryUntilMs: null,
  interfaces: [],
};

export interface WorkloadStore {
  /** Living ones, in order of creation. Cached until something changes. */
  all(): readonly StoredWorkload[];
  deleted(): readonly StoredWorkload[];
  get(id: string): StoredWorkload | undefined;
  /** The living workload with both external references; together they are unique (objects.md §1.3). */
  byExternal(dataSet: string, reference: string): StoredWorkload | undefined;
  put(workload: StoredWorkload): void;
  /** The living workloads of each label in use. Cached until something changes. */
  byLabel(): ReadonlyMap<number, readonly StoredWorkload[]>;
}

/** `changed` is told what a workload was before (undefined: it did not exist), so that time can be reconstructed. */
export function createWorkloadStore(
  estate: Estate,
  ids: Ids,
  tables: Tables,
  changed: (before: StoredWorkload | undefined, after: StoredWorkload) => void,
): WorkloadStore {
  const workloads = tables.open('workloads', () => seedWorkloads(estate));
  for (const { record } of workloads.values()) if (record.ven) ids.taken('agents', record.ven.agentId);
  const byExternal = new Map<string, string>();
  const externalName = ({ externalDataSet, externalDataReference }: WorkloadRecord): string | null =>
    externalDataSet === null || externalDataReference === null
      ? null
      : `${externalDataSet}\u0000${externalDataReference}`;
  const index = ({ record, deleted }: StoredWorkload, known: boolean): void => {
    const name = externalName(record);
    if (name === null) return;
    if (known && !deleted) byExternal.set(name, record.id);
    else if (byExternal.get(name) === record.id) byExternal.delete(name);
  };
  for (const workload of workloads.values()) index(workload, true);
  let living: readonly StoredWorkload[] | null = null;
  let labels: ReadonlyMap<number, readonly StoredWorkload[]> | null = null;
  const store: WorkloadStore = {
    all: () => (living ??= [...workloads.values()].filter(({ deleted }) => !deleted)),
    deleted: () => [...workloads.values()].filter(({ deleted }) => deleted),
    get: (id) => workloads.get(id),
    byExternal(dataSet, reference) {
      const id = byExternal.get(`${dataSet}\u0000${reference}`);
      return id === undefined ? undefined : workloads.get(id);
    },
    put(workload) {
      const before = workloads.get(workload.record.id);
      if (before) index(before, false);
      index(workload, true);
      workloads.set(workload.record.id, workload);
      living = null;
      labels = null;
      changed(before, workload);
    },
    byLabel: () => (labels ??= groupByLabel(store.all())),
  };
  return store;
}

const seedWorkloads = ({ orgId, workloads }: Estate) =>
  workloads.map((record): readonly [string, StoredWorkload] => [
    record.id,
    {
      record,
      createdBy: record.managed ? venHref(orgId, record.id) : userHref(record.updatedBy),
      updatedBy: userHref(record.updatedBy),
      deleted: false,
      extra: NO_EXTRA,
    },
  ]);

function groupByLabel(workloads: readonly StoredWorkload[]): ReadonlyMap<number, readonly StoredWorkload[]> {
  const groups = new Map<number, StoredWorkload[]>();
  for (const workload of workloads)
    for (const id of workload.record.labels) {
      const group = groups.get(id);
      if (group) group.push(workload);
      else groups.set(id, [workload]);
    }
  return groups;
}
