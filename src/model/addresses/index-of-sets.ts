import type { Address, Span } from './address.ts';
import type { AddressSet } from './set.ts';

/** Which of many sets hold an address: `id` is equal for addresses with the same `sets`. */
export interface Membership {
  readonly id: number;
  /** Positions in the list of sets the index was made of. */
  readonly sets: ReadonlySet<number>;
}

const NOWHERE: Membership = { id: 0, sets: new Set() };

/** Cuts one family into stretches in which the membership is constant: `starts` sorted, `memberships[i]` from `starts[i]` on. */
function stretches<T extends number | bigint>(
  families: readonly (readonly Span<T>[])[],
  intern: (sets: ReadonlySet<number>) => Membership,
): { readonly starts: readonly T[]; readonly memberships: readonly Membership[] } {
  const edges = families.flatMap((spans, set) =>
    spans.flatMap(({ start, end }) => [
      { at: start, set, opens: true },
      { at: end, set, opens: false },
    ]),
  );
  edges.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const starts: T[] = [];
  const memberships: Membership[] = [];
  const open = new Set<number>();
  for (let index = 0; index < edges.length; ) {
    const at = edges[index]?.at;
    if (at === undefined) break;
    // A set's spans do not touch, so at one edge a set either opens or closes, never both.
    for (let edge = edges[index]; edge !== undefined && edge.at === at; edge = edges[index]) {
      if (edge.opens) open.add(edge.set);
      else open.delete(edge.set);
      index += 1;
    }
    starts.push(at);
    memberships.push(intern(open));
  }
  return { starts, memberships };
}

function lastNotAfter<T extends number | bigint>(starts: readonly T[], value: T): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const start = starts[middle];
    if (start !== undefined && start <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Answers, for an address, which of `sets` hold it, in the time of one binary search however many sets there are. */
export function indexSets(sets: readonly AddressSet[]): (address: Address) => Membership {
  const known = new Map<string, Membership>([['', NOWHERE]]);
  const intern = (open: ReadonlySet<number>): Membership => {
    const sorted = [...open].sort((a, b) => a - b);
    const key = sorted.join(' ');
    const found = known.get(key) ?? { id: known.size, sets: new Set(sorted) };
    known.set(key, found);
    return found;
  };
  const v4 = stretches(
    sets.map((set) => set.v4),
    intern,
  );
  const v6 = stretches(
    sets.map((set) => set.v6),
    intern,
  );
  return (address) =>
    (address.family === 4
      ? v4.memberships[lastNotAfter(v4.starts, address.value)]
      : v6.memberships[lastNotAfter(v6.starts, address.value)]) ?? NOWHERE;
}
