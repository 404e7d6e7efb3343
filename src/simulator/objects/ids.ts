import { createHash } from 'node:crypto';
import { createTables, type Tables } from '../state/tables.ts';

/** Ids of objects made while the simulator runs. The same writes after the same start get the same ids. */
export interface Ids {
  /** A UUID of version 4: clients check the pattern (objects.md §0.3-25). */
  uuid(): string;
  /** The next integer of a sequence, above every id the estate uses. */
  next(sequence: string): number;
  /** The same for an object of the estate itself: what an estate starts with takes no number that is remembered. */
  reserve(sequence: string): number;
  /** Tells a sequence that this id is taken. */
  taken(sequence: string, id: number): void;
}

export function createIds(seed: number, tables: Tables = createTables()): Ids {
  const taken = new Map<string, number>();
  const given = tables.open<number>('ids');
  const count = (sequence: string): number => {
    const id = Math.max(taken.get(sequence) ?? 0, given.get(sequence) ?? 0) + 1;
    given.set(sequence, id);
    return id;
  };
  return {
    uuid() {
      const hex = createHash('sha256')
        .update(`${seed}/uuid/${count('uuid')}`)
        .digest('hex');
      const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) % 4] ?? '8';
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
    },
    next: count,
    reserve(sequence) {
      const id = (taken.get(sequence) ?? 0) + 1;
      taken.set(sequence, id);
      return id;
    },
    taken(sequence, id) {
      if (id > (taken.get(sequence) ?? 0)) taken.set(sequence, id);
    },
  };
}
