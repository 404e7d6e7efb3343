import type { Clock } from '../../core/clock.ts';
import { createTables, type Tables } from '../state/tables.ts';

/** The simulator's clock: starts where it is told, goes as fast as any clock, and can be put forward. */
export interface SimulatorClock extends Clock {
  /** Forward only: a running simulator never goes back before its own past. */
  jump(ms: number): void;
}

export function createSimulatorClock(startMs: number, tables: Tables = createTables()): SimulatorClock {
  const started = performance.now();
  const jumps = tables.open<number>('clock');
  const jumped = (): number => jumps.get('jumped') ?? 0;
  return {
    now: () => startMs + jumped() + Math.floor(performance.now() - started),
    jump(ms) {
      jumps.set('jumped', jumped() + Math.max(0, ms));
    },
  };
}
