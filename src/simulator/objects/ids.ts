import { createHash } from 'node:crypto';

/** Ids of objects made while the simulator runs. The same writes after the same start get the same ids. */
export interface Ids {
  /** A UUID of version 4: clients check the pattern (objects.md §0.3-25). */
  uuid(): string;
  /** The next integer of a sequence, above every id the estate uses. */
  next(sequence: string): number;
  /** Tells a sequence that this id is taken. */
  taken(sequence: string, id: number): void;
}

export function createIds(seed: number): Ids {
  const last = new Map<string, number>();
  let made = 0;
  return {
    uuid() {
      const hex = createHash('sha256').update(`${seed}/uuid/${++made}`).digest('hex');
      const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) % 4] ?? '8';
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
    },
    next(sequence) {
      const id = (last.get(sequence) ?? 0) + 1;
      last.set(sequence, id);
      return id;
    },
    taken(sequence, id) {
      if (id > (last.get(sequence) ?? 0)) last.set(sequence, id);
    },
  };
}
