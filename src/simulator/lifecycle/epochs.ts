import type { PolicySource } from '../../model/policy/source.ts';
import { CHOICES } from '../choices.ts';
import type { StoredWorkload } from '../objects/workload-store.ts';
import type { Tables } from '../state/tables.ts';
import type { Epoch } from '../world.ts';

/** A stretch of time with one active policy and one set of workloads. Workloads are kept as what they were *before* it began. */
interface Start {
  readonly fromMs: number;
  version: number;
  readonly before: Map<string, StoredWorkload | null>;
  policy: PolicySource | null;
}

/** What held when (World.epochs). The past is never rewritten: a change starts an epoch at the next full minute after it. */
export interface EpochLog {
  workloadChanged(before: StoredWorkload | undefined, after: StoredWorkload): void;
  policyChanged(version: number): void;
  epochs(fromMs: number, toMs: number): readonly Epoch[];
}

export interface EpochOptions {
  readonly tables: Tables;
  readonly nowMs: () => number;
  readonly firstVersion: number;
  readonly workloads: () => readonly StoredWorkload[];
  readonly source: (version: number, workloads: readonly StoredWorkload[], fromMs: number) => PolicySource;
}

export function createEpochLog({ tables, nowMs, firstVersion, workloads, source }: EpochOptions): EpochLog {
  const versions = tables.open<number>('epochs');
  const workloadsBefore = tables.open<StoredWorkload | null>('epoch_workloads');
  const starts: Start[] = [
    // The version that held before anything changed.
    { fromMs: Number.NEGATIVE_INFINITY, version: firstVersion, before: new Map(), policy: null },
    ...[...versions.entries()].map(
      ([fromMs, version]): Start => ({ fromMs: Number(fromMs), version, before: new Map(), policy: null }),
    ),
  ];
  const byStart = new Map(starts.map((start) => [String(start.fromMs), start]));
  for (const [key, before] of workloadsBefore.entries()) {
    const slash = key.indexOf('/');
    byStart.get(key.slice(0, slash))?.before.set(key.slice(slash + 1), before);
  }
  const latest = (): Start => {
    const last = starts.at(-1);
    if (!last) throw new Error('The epoch log always has a first epoch.');
    return last;
  };
  /** The epoch that changes made now belong to; several within one minute share it. */
  const upcoming = (): Start => {
    const fromMs = (Math.floor(nowMs() / CHOICES.epochMs) + 1) * CHOICES.epochMs;
    const last = latest();
    if (last.fromMs >= fromMs) {
      last.policy = null;
      return last;
    }
    const start: Start = { fromMs, version: last.version, before: new Map(), policy: null };
    starts.push(start);
    versions.set(String(fromMs), start.version);
    return start;
  };

  /** The workloads of an epoch: today's, with everything that changed since taken back. */
  function workloadsIn(index: number): readonly StoredWorkload[] {
    if (index === starts.length - 1) return workloads();
    const past = new Map(workloads().map((workload) => [workload.record.id, workload]));
    for (const { before } of starts.slice(index + 1).reverse())
      for (const [id, workload] of before) {
        if (workload && !workload.deleted) past.set(id, workload);
        else past.delete(id);
      }
    return [...past.values()];
  }

  return {
    workloadChanged(before, after) {
      if (before && sameForPolicy(before, after)) return;
      const start = upcoming();
      const { id } = after.record;
      if (start.before.has(id)) return;
      start.before.set(id, before ?? null);
      workloadsBefore.set(`${start.fromMs}/${id}`, before ?? null);
    },
    policyChanged(version) {
      const start = upcoming();
      start.version = version;
      versions.set(String(start.fromMs), version);
    },
    epochs(fromMs, toMs) {
      return starts.flatMap((start, index): Epoch[] => {
        const from = Math.max(fromMs, start.fromMs);
        const to = Math.min(toMs, starts[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY);
        if (from >= to) return [];
        start.policy ??= source(start.version, workloadsIn(index), start.fromMs);
        return [{ fromMs: from, toMs: to, policy: start.policy }];
      });
    },
  };
}

/** Whether two states of a workload get and give the same policy: labels, mode, addresses and existence. */
function sameForPolicy(a: StoredWorkload, b: StoredWorkload): boolean {
  return (
    a.deleted === b.deleted &&
    a.record.labels === b.record.labels &&
    a.record.enforcementMode === b.record.enforcementMode &&
    a.record.interfaces === b.record.interfaces &&
    a.record.ignoredInterfaces === b.record.ignoredInterfaces &&
    a.record.publicIp === b.record.publicIp &&
    a.record.ven?.status === b.record.ven?.status
  );
}
