import type { AddressSet } from '../addresses/set.ts';
import { NO } from '../services/tri.ts';
import type { Clause } from './clauses.ts';
import { costsOf, sideCost, WHOLE } from './costs.ts';
import type { Peer } from './peers.ts';
import { type Postings, postingsOf } from './postings.ts';
import { asWorkload, byAddress, droppedName, namesOutsideScope, type Side } from './side.ts';
import type { SourceWorkload } from './source.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface Candidates {
  /** Calls `visit` once for each clause that may match the pair, or nearly does; never misses one that does. */
  readonly forPair: (source: Peer, destination: Peer, visit: (clause: Clause) => void) => void;
}

/** A clause is found by both its sides where both are at most this share of the estate: what only one side selects is then never touched. */
const NARROW = 1 / 50;
/** Clauses kept by class of peer on one side, all classes together: about 30 MB. */
const MAX_KEPT = 1_000_000;

/** By clause: the side it is looked up by, and whether it is found by the other as well. */
const [BY_PROVIDER, BY_CONSUMER, BY_BOTH] = [1, 2, 4];

/** A clause that does not select the peer on this side in any way matches no pair with it, and misses none nearly. */
const regards = (side: Side, peer: Peer): boolean =>
  asWorkload(side, peer) !== NO ||
  byAddress(side, peer) !== NO ||
  namesOutsideScope(side, peer) ||
  droppedName(side, peer);

/** The clauses that regard a class of peers on one side. */
interface Regarding {
  /** Those to look up by this side. */
  readonly first: readonly number[];
  /** Those that are found by both sides. */
  readonly both: ReadonlySet<number>;
}

/** Asks the postings of one side, once for all pairs that the peer's class is in. */
function asker(
  side: 'provider' | 'consumer',
  postings: Postings,
  clauses: readonly Clause[],
  ways: Uint8Array,
): (peer: Peer) => Regarding {
  const known = new Map<number, Regarding>();
  const own = side === 'provider' ? BY_PROVIDER : BY_CONSUMER;
  let kept = 0;

  function lookUp(peer: Peer): Regarding {
    const first: number[] = [];
    const both = new Set<number>();
    for (const position of postings.of(peer)) {
      const clause = clauses[position];
      const way = ways[position] ?? 0;
      if (clause === undefined || !regards(clause[side], peer)) continue;
      if ((way & own) !== 0) first.push(position);
      if ((way & BY_BOTH) !== 0) both.add(position);
    }
    return { first, both };
  }

  return (peer) => {
    const before = known.get(peer.class);
    if (before !== undefined) return before;
    const found = lookUp(peer);
    kept += found.first.length + found.both.size + 1;
    if (kept > MAX_KEPT) {
      known.clear();
      kept = 0;
    }
    known.set(peer.class, found);
    return found;
  };
}

/**
 * Indexes each clause by its more selective side, and by the other as well where that is narrow, so that a pair asks few clauses however
 * many the policy has: those that regard both ends, as far as the index tells, and those that are not worth an index.
 */
export function candidatesOf(
  clauses: readonly Clause[],
  addressSets: readonly AddressSet[],
  workloads: readonly SourceWorkload[],
  vocabulary: Vocabulary,
): Candidates {
  const costs = costsOf(addressSets, workloads, vocabulary);
  const byProvider = postingsOf(costs);
  const byConsumer = postingsOf(costs);
  const always: Clause[] = [];
  const ways = new Uint8Array(clauses.length);
  clauses.forEach((clause, position) => {
    const provider = sideCost(clause.provider, costs);
    const consumer = sideCost(clause.consumer, costs);
    if (Math.min(provider, consumer) >= WHOLE) {
      always.push(clause);
      return;
    }
    const both = Math.max(provider, consumer) <= NARROW;
    ways[position] = (provider <= consumer ? BY_PROVIDER : BY_CONSUMER) | (both ? BY_BOTH : 0);
    if (both || provider <= consumer) byProvider.post(clause.provider, position);
    if (both || provider > consumer) byConsumer.post(clause.consumer, position);
  });
  const providing = asker('provider', byProvider, clauses, ways);
  const consuming = asker('consumer', byConsumer, clauses, ways);

  return {
    forPair: (source, destination, visit) => {
      for (const clause of always) visit(clause);
      const provider = providing(destination);
      const consumer = consuming(source);
      const ask = ({ first }: Regarding, { both }: Regarding): void => {
        for (const position of first) {
          if (((ways[position] ?? 0) & BY_BOTH) !== 0 && !both.has(position)) continue;
          const clause = clauses[position];
          if (clause !== undefined) visit(clause);
        }
      };
      ask(provider, consumer);
      ask(consumer, provider);
    },
  };
}
