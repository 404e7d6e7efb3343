import type { Exchange, FaultHook, Outgoing } from '../http/fault-hook.ts';
import type { FaultEffect } from './fault.ts';
import type { FaultPlan } from './plan.ts';
import { type FaultWorld, strikeAfter, strikeBefore } from './strike.ts';

export interface FaultHookOptions {
  readonly plan: FaultPlan;
  readonly world: FaultWorld;
  /** Sees every request first: the control endpoint and the request log. */
  readonly first: (exchange: Exchange) => Promise<First>;
}

/** The number of a request that faults may hit; or that it has been answered, or is the simulator's own. */
export type First = number | 'handled' | 'spared';

/** The hook that lets the planned faults happen. Effects of one request follow each other in the order in which they were planned. */
export function faultHook({ plan, world, first }: FaultHookOptions): Required<FaultHook> {
  const struck = new WeakMap<Exchange, readonly FaultEffect[]>();
  return {
    async before(exchange) {
      const number = await first(exchange);
      if (number === 'handled') return number;
      if (number === 'spared') return 'continue';
      const effects = plan.strike(exchange, number);
      struck.set(exchange, effects);
      for (const effect of effects) {
        if ((await strikeBefore(effect, exchange, world)) === 'handled') return 'handled';
      }
      return 'continue';
    },
    wrap(exchange, answer) {
      let outgoing: Outgoing = answer;
      for (const effect of struck.get(exchange) ?? []) {
        const next = strikeAfter(effect, exchange, outgoing);
        if (next === 'handled') return next;
        outgoing = next;
      }
      return outgoing;
    },
  };
}
