import type { Clock } from '../core/clock.ts';
import { Failure } from '../core/errors.ts';
import type { PlanStore } from '../store/plans.ts';

/** The right to work on one plan. While it lasts, the store is told again and again that its holder is alive. */
export interface Hold {
  /** Writes the journal down. Rejects with `conflict` when somebody else has taken the plan over: nothing more may be sent then. */
  write(): Promise<void>;
  /** Stops telling. */
  end(): Promise<void>;
}

export interface HoldOptions {
  readonly id: string;
  /** When the plan was taken: the time given to `transition`. */
  readonly sinceMs: number;
  /** Without a word for so long, a holder counts as crashed. */
  readonly leaseMs: number;
  readonly journal: () => string;
  readonly store: PlanStore;
  readonly clock: Clock;
}

const BEATS_PER_LEASE = 4;

export function holdPlan({ id, sinceMs, leaseMs, journal, store, clock }: HoldOptions): Hold {
  let heldSinceMs = sinceMs;
  let last: Promise<void> = Promise.resolve();
  // One at a time: each write names the time of the one before.
  const writeAfter = async (before: Promise<void>): Promise<void> => {
    await before;
    const nowMs = clock.now();
    if (!(await store.writeJournal(id, journal(), nowMs, heldSinceMs)))
      throw new Failure('conflict', {
        message: 'Another server took this plan over; nothing more was sent from here.',
      });
    heldSinceMs = nowMs;
  };
  const write = (): Promise<void> => {
    const written = writeAfter(last);
    last = written.catch(() => {});
    return written;
  };
  const beat = setInterval(() => void write().catch(() => {}), leaseMs / BEATS_PER_LEASE);
  beat.unref();
  return {
    write,
    async end() {
      clearInterval(beat);
      await last;
    },
  };
}
