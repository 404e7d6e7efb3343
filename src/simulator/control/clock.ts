import type { Clock } from '../../core/clock.ts';

/** The simulator's clock: starts where it is told, goes as fast as any clock, and can be put forward. */
export interface SimulatorClock extends Clock {
  /** Forward only: a running simulator never goes back before its own past. */
  jump(ms: number): void;
}

export function createSimulatorClock(startMs: number): SimulatorClock {
  const started = performance.now();
  let jumped = 0;
  return {
    now: () => startMs + jumped + Math.floor(performance.now() - started),
    jump(ms) {
      jumped += Math.max(0, ms);
    },
  };
}
