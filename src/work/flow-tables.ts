import { availableParallelism } from 'node:os';
import { Failure } from '../core/errors.ts';
import { collection } from './collection.ts';
import type { FlowCollection, FlowTables } from './flows.ts';
import { askWorker } from './remote-table.ts';
import { workerEntry } from './worker-entry.ts';
import { WorkerLink } from './worker-link.ts';

export interface FlowTablesOptions {
  /** Threads at most; one core is left to the main thread. */
  readonly workers?: number | undefined;
  /** How long a thread without tables stays. */
  readonly idleMs?: number | undefined;
  readonly entry?: URL | undefined;
}

const MAX_WORKERS = 4;

/**
 * A few threads that build and keep flow tables. A table stays in the thread that made it, which a general pool cannot promise; threads
 * start when needed, end when idle, and are replaced when they crash.
 */
export function flowTables({
  workers = Math.max(1, Math.min(MAX_WORKERS, availableParallelism() - 1)),
  idleMs = 30_000,
  entry = workerEntry(),
}: FlowTablesOptions = {}): FlowTables {
  const links = new Set<WorkerLink>();
  let closed = false;

  const leastBusy = (): WorkerLink => {
    const [first] = [...links].sort((a, b) => a.loads - b.loads);
    if (first !== undefined && (first.loads === 0 || links.size >= workers)) return first;
    const fresh = new WorkerLink(entry, idleMs, (link) => links.delete(link));
    links.add(fresh);
    return fresh;
  };

  const collect = (): FlowCollection =>
    collection(() => {
      if (closed) throw new Failure('cancelled');
      return leastBusy();
    });

  return {
    async load(source, options = {}) {
      const parts = collect();
      try {
        await parts.add(source, options);
        return await parts.finish(options.signal);
      } catch (error) {
        parts.close();
        throw error;
      }
    },
    collect,
    async decide(policy, flows, signal) {
      if (closed) throw new Failure('cancelled');
      return askWorker(leastBusy(), { kind: 'decide', policy, flows }, signal);
    },
    async close() {
      closed = true;
      await Promise.all([...links].map((link) => link.end(new Failure('cancelled'))));
    },
  };
}
