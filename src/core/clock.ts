import { setTimeout as delay } from 'node:timers/promises';

/** The time, in milliseconds since 1970 UTC. Everything that needs "now" is given one, so that tests and the simulator can set it. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** Waits; rejects with an `AbortError` when the signal fires first. Given beside a clock, so that tests need not wait. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

export const systemSleep: Sleep = async (ms, signal) => {
  await delay(ms, undefined, signal === undefined ? undefined : { signal });
};
