import { Failure } from '../../core/errors.ts';

/** So many at once; the rest wait in line, and a line too long is refused. */
export interface Gate {
  /** Waits for a place and returns what gives it back; calling it again does nothing. */
  enter(signal?: AbortSignal): Promise<() => void>;
}

export function createGate({ places, maxWaiting = 1_000 }: { places: number; maxWaiting?: number }): Gate {
  let free = places;
  const line = new Set<() => void>();

  function leave(): void {
    const [next] = line;
    if (next === undefined) free++;
    else {
      line.delete(next);
      next();
    }
  }

  function once(): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      leave();
    };
  }

  return {
    async enter(signal) {
      signal?.throwIfAborted();
      if (free > 0) {
        free--;
        return once();
      }
      if (line.size >= maxWaiting)
        throw new Failure('pce_rate_limited', {
          message: 'Too many requests to the PCE are waiting already.',
          data: { retry_after_seconds: 5 },
        });
      return new Promise((resolve, reject) => {
        const turn = (): void => {
          signal?.removeEventListener('abort', giveUp);
          resolve(once());
        };
        const giveUp = (): void => {
          line.delete(turn);
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', giveUp, { once: true });
        line.add(turn);
      });
    },
  };
}
