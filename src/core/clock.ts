/** The time, in milliseconds since 1970 UTC. Everything that needs "now" is given one, so that tests and the simulator can set it. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
