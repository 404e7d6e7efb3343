import { Failure } from '../../core/errors.ts';

interface Flight<T> {
  readonly result: Promise<T>;
  readonly abort: AbortController;
  waiting: number;
}

/** One load at a time for each key: who asks while it runs gets the same answer. It is aborted when nobody waits for it any more. */
export interface SingleFlight<T> {
  run(key: string, load: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Later callers start anew: what is under way may have been read before a write. */
  forget(): void;
}

export function createSingleFlight<T>(): SingleFlight<T> {
  let flights = new Map<string, Flight<T>>();

  function start(key: string, load: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const abort = new AbortController();
    const mine = flights;
    const result = load(abort.signal).finally(() => {
      if (mine.get(key) === flight) mine.delete(key);
    });
    // Whoever gave up does not look at the outcome.
    result.catch(() => {});
    const flight: Flight<T> = { result, abort, waiting: 0 };
    flights.set(key, flight);
    return flight;
  }

  return {
    async run(key, load, signal) {
      if (signal?.aborted === true) throw new Failure('cancelled');
      const known = flights.get(key);
      const flight = known === undefined || known.abort.signal.aborted ? start(key, load) : known;
      flight.waiting++;
      try {
        return await untilAborted(flight.result, signal);
      } finally {
        flight.waiting--;
        if (flight.waiting === 0) flight.abort.abort();
      }
    },
    forget() {
      flights = new Map();
    },
  };
}

/** The result, or `cancelled` as soon as the signal fires. */
export async function untilAborted<T>(result: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return result;
  if (signal.aborted) throw new Failure('cancelled');
  return new Promise<T>((resolve, reject) => {
    const giveUp = (): void => reject(new Failure('cancelled'));
    signal.addEventListener('abort', giveUp, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}
