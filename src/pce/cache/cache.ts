import type { Clock } from '../../core/clock.ts';
import { createSingleFlight } from './single-flight.ts';

/** Values that are right for a while. One load per key at a time, shared by all who ask. */
export interface Cache<T> {
  get(key: string, load: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Forgets everything; what is being loaded now will not be kept either. */
  clear(): void;
}

export interface CacheOptions<T> {
  readonly clock: Clock;
  readonly ttlMs: number;
  /** What a value weighs, and how much all together may: the oldest go first, and one that is too heavy alone is not kept. */
  readonly weigh: (value: T) => number;
  readonly capacity: number;
}

interface Entry<T> {
  readonly value: T;
  readonly weight: number;
  readonly expiresMs: number;
}

export function createCache<T>({ clock, ttlMs, weigh, capacity }: CacheOptions<T>): Cache<T> {
  const entries = new Map<string, Entry<T>>();
  const flights = createSingleFlight<T>();
  let weight = 0;
  let generation = 0;

  function drop(key: string): void {
    weight -= entries.get(key)?.weight ?? 0;
    entries.delete(key);
  }

  function keep(key: string, value: T): void {
    drop(key);
    const entry = { value, weight: weigh(value), expiresMs: clock.now() + ttlMs };
    if (entry.weight > capacity) return;
    entries.set(key, entry);
    weight += entry.weight;
    for (const oldest of entries.keys()) {
      if (weight <= capacity) return;
      drop(oldest);
    }
  }

  return {
    async get(key, load, signal) {
      const entry = entries.get(key);
      if (entry !== undefined && entry.expiresMs > clock.now()) return entry.value;
      const before = generation;
      return flights.run(
        key,
        async (shared) => {
          const value = await load(shared);
          if (before === generation) keep(key, value);
          return value;
        },
        signal,
      );
    },
    clear() {
      generation++;
      entries.clear();
      weight = 0;
      flights.forget();
    },
  };
}
