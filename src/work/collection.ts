import type { Failure } from '../core/errors.ts';
import { feed } from './feed.ts';
import type { FlowBytes, FlowCollection, FlowDownload, LoadOptions, RemoteFlowTable } from './flows.ts';
import { onAbort, refuseIfAborted, remoteTable } from './remote-table.ts';
import type { Loading, WorkerLink } from './worker-link.ts';

type Finished = Pick<RemoteFlowTable, 'totals' | 'labelKeys'>;

/** A table in the thread that `choose` gives when the first bytes are there. */
export function collection(choose: () => WorkerLink): FlowCollection {
  let place: { readonly link: WorkerLink; readonly table: number } | undefined;
  let listener: Partial<Loading> = {};
  let lost: Failure | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  function open(): { readonly link: WorkerLink; readonly table: number } {
    if (place !== undefined) return place;
    const link = choose();
    const table = link.open({
      taken: (rows) => listener.taken?.(rows),
      read: (rows) => listener.read?.(rows),
      loaded: (finished) => listener.loaded?.(finished),
      failed(failure) {
        if (listener.failed === undefined) lost = failure;
        else listener.failed(failure);
      },
    });
    place = { link, table };
    return place;
  }

  /** What the worker says to what `begin` sends it; settles at once when it fails or the caller gives up. */
  async function hear<T>(
    signal: AbortSignal | undefined,
    hears: (settle: (value: T) => void) => Partial<Loading>,
    begin: (stopped: Promise<never>) => Promise<void> | void,
  ): Promise<T> {
    if (lost !== undefined) throw lost;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const stopped = promise.then(() => new Promise<never>(() => undefined));
    stopped.catch(() => undefined);
    listener = { failed: reject, ...hears(resolve) };
    const stopListening = onAbort(signal, reject);
    try {
      await begin(stopped);
      return await promise;
    } finally {
      stopListening();
      listener = {};
    }
  }

  async function transfer(download: FlowDownload, { signal, onRows }: LoadOptions): Promise<number> {
    const { link, table } = open();
    const carrier = feed();
    const taken = (rows: number): void => {
      carrier.taken();
      onRows?.(rows);
    };
    try {
      return await hear<number>(
        signal,
        (settle) => ({ taken, read: settle }),
        async (stopped) => {
          link.begin(table, download);
          await carrier.run(download.chunks, (block) => link.sendBlock(table, block), stopped);
          link.endDownload(table);
        },
      );
    } catch (error) {
      link.takeBack(table);
      throw error;
    }
  }

  async function read(source: FlowBytes, options: LoadOptions): Promise<number> {
    refuseIfAborted(options.signal);
    const failed = new AbortController();
    const signals = options.signal === undefined ? [failed.signal] : [options.signal, failed.signal];
    try {
      const download = await source.open(AbortSignal.any(signals));
      refuseIfAborted(options.signal);
      return await transfer(download, options);
    } catch (error) {
      // The download is of no use any more: let its owner close the connection.
      failed.abort();
      throw error;
    }
  }

  return {
    add(source, { keep = () => true, ...options } = {}) {
      const previous = turn;
      const reading = (async () => {
        await previous;
        const rows = await read(source, options);
        if (!keep(rows)) place?.link.takeBack(place.table);
        return rows;
      })();
      turn = reading.catch(() => undefined);
      return reading;
    },
    async finish(signal) {
      await turn;
      refuseIfAborted(signal);
      const { link, table } = open();
      const finished = await hear<Finished>(
        signal,
        (settle) => ({ loaded: settle }),
        () => link.seal(table),
      );
      place = undefined;
      return remoteTable(link, table, finished);
    },
    close() {
      place?.link.drop(place.table);
      place = undefined;
    },
  };
}
