import { Failure } from '../core/errors.ts';

/** Something costly, on loan. */
export interface Lease<T> {
  readonly value: T;
  /** Gives it back; the last one to do so lets it go when its time is over. */
  release(): void;
}

export interface TakeOptions {
  readonly signal?: AbortSignal | undefined;
  /** When it fires the caller gets null, and the value goes on being made for whoever asks again. */
  readonly patience?: AbortSignal | undefined;
}

/** Values that are made once for all who ask, and kept for a while. */
export interface Shelf<T> {
  /**
   * The value of `key`. While it is made, everybody waits for the same; when nobody waits any more, making it is aborted, unless somebody
   * ran out of patience and will come back.
   */
  readonly take: (
    key: string,
    make: (signal: AbortSignal) => Promise<T>,
    options?: TakeOptions,
  ) => Promise<Lease<T> | null>;
}

export interface ShelfOptions<T> {
  readonly keepMs: number;
  /** What all values nobody holds may weigh together; the oldest go first. */
  readonly capacity: number;
  readonly weigh: (value: T) => number;
  readonly dispose: (value: T) => void;
}

interface Entry<T> {
  readonly making: Promise<T>;
  readonly abort: AbortController;
  made: { readonly value: T } | null;
  waiting: number;
  holders: number;
  /** Somebody went away and comes back for it. */
  awaited: boolean;
  expired: boolean;
}

export function createShelf<T>({ keepMs, capacity, weigh, dispose }: ShelfOptions<T>): Shelf<T> {
  const entries = new Map<string, Entry<T>>();

  function letGo(key: string, entry: Entry<T>): void {
    entry.expired = true;
    if (entries.get(key) === entry) entries.delete(key);
    if (entry.made === null || entry.holders > 0) return;
    const { value } = entry.made;
    entry.made = null;
    dispose(value);
  }

  function makeRoom(): void {
    const idle = [...entries].filter(([, { made, holders, waiting }]) => made !== null && holders + waiting === 0);
    let weight = idle.reduce((sum, [, { made }]) => sum + (made === null ? 0 : weigh(made.value)), 0);
    for (const [key, entry] of idle) {
      if (weight <= capacity || entry.made === null) return;
      weight -= weigh(entry.made.value);
      letGo(key, entry);
    }
  }

  function start(key: string, make: (signal: AbortSignal) => Promise<T>): Entry<T> {
    const abort = new AbortController();
    const making = make(abort.signal).then(
      (value) => {
        entry.made = { value };
        if (entries.get(key) !== entry) letGo(key, entry);
        setTimeout(() => letGo(key, entry), keepMs).unref();
        return value;
      },
      (error: unknown) => {
        letGo(key, entry);
        throw error;
      },
    );
    // Whoever gave up does not look at the outcome.
    making.catch(() => undefined);
    const entry: Entry<T> = { making, abort, made: null, waiting: 0, holders: 0, awaited: false, expired: false };
    entries.set(key, entry);
    return entry;
  }

  function lease(key: string, entry: Entry<T>, value: T): Lease<T> {
    let released = false;
    entry.holders += 1;
    return {
      value,
      release() {
        if (released) return;
        released = true;
        entry.holders -= 1;
        if (entry.expired) letGo(key, entry);
        else makeRoom();
      },
    };
  }

  return {
    async take(key, make, { signal, patience } = {}) {
      if (signal?.aborted === true) throw new Failure('cancelled');
      const entry = entries.get(key) ?? start(key, make);
      if (entry.made !== null) return lease(key, entry, entry.made.value);
      entry.waiting += 1;
      try {
        const outcome = await waitFor(entry.making, signal, patience);
        if (outcome !== null) return lease(key, entry, outcome.value);
        entry.awaited = true;
        return null;
      } finally {
        entry.waiting -= 1;
        if (entry.waiting === 0 && entry.made === null && !entry.awaited) {
          if (entries.get(key) === entry) entries.delete(key);
          entry.abort.abort();
        }
      }
    },
  };
}

/** The value, null when patience runs out, `cancelled` as soon as the signal fires. */
async function waitFor<T>(
  making: Promise<T>,
  signal: AbortSignal | undefined,
  patience: AbortSignal | undefined,
): Promise<{ readonly value: T } | null> {
  const { promise: gaveUp, resolve, reject } = Promise.withResolvers<null>();
  const cancel = (): void => reject(new Failure('cancelled'));
  const leave = (): void => resolve(null);
  signal?.addEventListener('abort', cancel, { once: true });
  patience?.addEventListener('abort', leave, { once: true });
  if (patience?.aborted === true) leave();
  try {
    return await Promise.race([gaveUp, making.then((value) => ({ value }))]);
  } finally {
    patience?.removeEventListener('abort', leave);
    signal?.removeEventListener('abort', cancel);
  }
}
