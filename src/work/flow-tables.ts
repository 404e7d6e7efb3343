import { availableParallelism } from 'node:os';
import { Failure } from '../core/errors.ts';
import type { FlowAnswer } from '../model/flows/question.ts';
import { feed } from './feed.ts';
import type { FlowDownload, FlowTables, LoadOptions, RemoteFlowTable } from './flows.ts';
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

function refuseIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new Failure('cancelled', { cause: signal.reason });
}

/** Calls `action` on abort; the returned function stops listening. */
function onAbort(signal: AbortSignal | undefined, action: (failure: Failure) => void): () => void {
  const listener = (): void => action(new Failure('cancelled', { cause: signal?.reason }));
  signal?.addEventListener('abort', listener, { once: true });
  return () => signal?.removeEventListener('abort', listener);
}

function ask(link: WorkerLink, table: number): RemoteFlowTable['ask'] {
  return async (grouping, signal) => {
    refuseIfAborted(signal);
    const { promise, resolve, reject } = Promise.withResolvers<FlowAnswer>();
    const question = link.ask(table, grouping, { answered: resolve, failed: reject });
    const stopListening = onAbort(signal, (failure) => {
      link.forget(question);
      reject(failure);
    });
    return promise.finally(stopListening);
  };
}

async function loadInto(
  link: WorkerLink,
  download: FlowDownload,
  { signal, onRows }: LoadOptions,
): Promise<RemoteFlowTable> {
  const { promise, resolve, reject } = Promise.withResolvers<Pick<RemoteFlowTable, 'totals' | 'labelKeys'>>();
  const stopped = promise.then(() => new Promise<never>(() => undefined));
  stopped.catch(() => undefined);
  const carrier = feed();
  const table = link.startLoad(download, {
    taken: (rows) => {
      carrier.taken();
      onRows?.(rows);
    },
    loaded: resolve,
    failed: reject,
  });
  const stopListening = onAbort(signal, reject);
  try {
    await carrier.run(download.chunks, (block) => link.sendBlock(table, block), stopped);
    link.endLoad(table);
    const { totals, labelKeys } = await promise;
    return { totals, labelKeys, ask: ask(link, table), close: () => link.drop(table) };
  } catch (error) {
    link.drop(table);
    throw error;
  } finally {
    stopListening();
  }
}

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

  return {
    async load(source, options = {}) {
      refuseIfAborted(options.signal);
      if (closed) throw new Failure('cancelled');
      const failed = new AbortController();
      const signals = options.signal === undefined ? [failed.signal] : [options.signal, failed.signal];
      try {
        const download = await source.open(AbortSignal.any(signals));
        refuseIfAborted(options.signal);
        return await loadInto(leastBusy(), download, options);
      } catch (error) {
        // The download is of no use any more: let its owner close the connection.
        failed.abort();
        throw error;
      }
    },
    async close() {
      closed = true;
      await Promise.all([...links].map((link) => link.end(new Failure('cancelled'))));
    },
  };
}
