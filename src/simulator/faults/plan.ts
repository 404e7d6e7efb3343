import type { Exchange } from '../http/fault-hook.ts';
import type { Random } from '../random.ts';
import type { Fault, FaultEffect, FaultMatch } from './fault.ts';

export interface PlannedFault extends Fault {
  readonly id: string;
  /** Requests that matched, and those that were hit. */
  readonly matched: number;
  readonly hit: number;
}

/** The faults in force. */
export interface FaultPlan {
  add(faults: readonly Fault[]): readonly PlannedFault[];
  list(): readonly PlannedFault[];
  /** False when there is none of that id. */
  remove(id: string): boolean;
  clear(): void;
  /** What happens to this request; each request is to be asked about once. */
  strike(exchange: Exchange, number: number): readonly FaultEffect[];
}

export function createFaultPlan(random: Random): FaultPlan {
  let made = 0;
  let planned: readonly PlannedFault[] = [];
  return {
    add(faults) {
      const added = faults.map((fault) => ({ ...fault, id: String(++made), matched: 0, hit: 0 }));
      planned = [...planned, ...added];
      return added;
    },
    list: () => planned,
    remove(id) {
      const before = planned.length;
      planned = planned.filter((fault) => fault.id !== id);
      return planned.length < before;
    },
    clear() {
      planned = [];
    },
    strike(exchange, number) {
      const effects: FaultEffect[] = [];
      planned = planned.map((fault) => {
        if (!concerns(fault.match, exchange, number)) return fault;
        const matched = fault.matched + 1;
        const hits = isHit(fault.match, { ...fault, matched }, random);
        if (hits) effects.push(fault.effect);
        return { ...fault, matched, hit: fault.hit + Number(hits) };
      });
      return effects;
    },
  };
}

function concerns({ method, path, number: wanted }: FaultMatch, exchange: Exchange, number: number): boolean {
  if (method !== undefined && method !== exchange.method) return false;
  if (wanted !== undefined && wanted !== number) return false;
  return path === undefined || pathPattern(path).test(pathOf(exchange));
}

function isHit({ nth = 1, count = 1, probability = 1 }: FaultMatch, state: PlannedFault, random: Random): boolean {
  if (state.matched < nth) return false;
  if (count > 0 && state.hit >= count) return false;
  return probability >= 1 || random.chance(probability);
}

/** The path below `/api/v2`, without the query. */
export const pathOf = ({ url }: Exchange): string => url.replace(/\?.*$/s, '').replace(/^\/api\/v2(?=\/)/, '');

function pathPattern(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*|\*/g, (stars) => (stars === '**' ? '.*' : '[^/]*'));
  return new RegExp(`^${source}$`);
}
