import { type AddressSet, ipv4Count } from '../addresses/set.ts';
import { NO } from '../services/tri.ts';
import type { Clause } from './clauses.ts';
import type { KeyCondition } from './conditions.ts';
import { type LabelPostings, labelPostings } from './label-postings.ts';
import type { Peer } from './peers.ts';
import { asWorkload, byAddress, droppedName, namesOutsideScope, type Side, type WorkloadTerm } from './side.ts';
import type { SourceWorkload } from './source.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Clauses that may select a peer on one side, found by what the peer is instead of by asking every clause. */
interface Postings {
  readonly byLabels: LabelPostings;
  readonly byWorkload: Map<number, number[]>;
  readonly byAddressSet: Map<number, number[]>;
  readonly byNameList: Map<number, number[]>;
}

export interface Candidates {
  /** Calls `visit` once for each clause that may match the pair, or nearly does; never misses one that does. */
  readonly forPair: (source: Peer, destination: Peer, visit: (clause: Clause) => void) => void;
}

/** A side this selective or worse is not worth an index; such clauses are asked always. */
const WHOLE = 1;
const MANY_WORKLOADS = 2000;
/** Of the IPv4 space: a list of a /8 or more is as good as everything. */
const BROAD_ADDRESSES = 2 ** 24;
/** Clauses kept by class of peer on one side, all classes together: about 16 MB. */
const MAX_KEPT = 2_000_000;

const emptyPostings = (): Postings => ({
  byLabels: labelPostings(),
  byWorkload: new Map(),
  byAddressSet: new Map(),
  byNameList: new Map(),
});

function post(map: Map<number, number[]>, key: number, clause: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [clause]);
  else if (list.at(-1) !== clause) list.push(clause);
}

interface Costs {
  /** Share of the workloads a condition leaves. */
  readonly condition: (condition: KeyCondition) => number;
  readonly addressSet: (set: number) => number;
  readonly workloads: number;
}

const cheapestCondition = (term: WorkloadTerm, costs: Costs): number =>
  term.conditions.reduce((cost, one) => Math.min(cost, costs.condition(one)), WHOLE);

const termCost = (term: WorkloadTerm, costs: Costs): number =>
  term.workloads !== null && term.workloads.size <= MANY_WORKLOADS
    ? term.workloads.size / costs.workloads
    : cheapestCondition(term, costs);

/** The share of peers a side leaves; `WHOLE` when it cannot be indexed. */
function sideCost(side: Side, costs: Costs): number {
  if (side.negated) return WHOLE;
  let cost = 0;
  for (const term of side.terms) cost += termCost(term, costs);
  for (const set of side.addressSets) cost += costs.addressSet(set);
  cost += side.nameLists.length / costs.workloads;
  return Math.min(cost, WHOLE);
}

function index(side: Side, clause: number, postings: Postings, costs: Costs): void {
  for (const term of side.terms) {
    if (term.workloads !== null && term.workloads.size <= MANY_WORKLOADS)
      for (const workload of term.workloads) post(postings.byWorkload, workload, clause);
    else postings.byLabels.post(term.conditions, costs.condition, clause);
  }
  for (const set of side.addressSets) post(postings.byAddressSet, set, clause);
  for (const list of [...side.nameLists, ...side.droppedNameLists]) post(postings.byNameList, list, clause);
}

function costsOf(
  addressSets: readonly AddressSet[],
  workloads: readonly SourceWorkload[],
  vocabulary: Vocabulary,
): Costs {
  const counts = new Map<number, number>();
  for (const workload of workloads)
    for (const href of workload.labels) {
      const { id } = vocabulary.label(href);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  const total = Math.max(1, workloads.length);
  const shares = new Map<ReadonlySet<number>, number>();
  return {
    workloads: total,
    condition: ({ include }) => {
      if (include === null) return WHOLE;
      const known = shares.get(include);
      if (known !== undefined) return known;
      const count = [...include].reduce((sum, label) => sum + (counts.get(label) ?? 0), 0);
      // Labels no workload has cost something too: bare estates and empty lists must not all tie at zero.
      const share = (count + include.size / 1000) / total;
      shares.set(include, share);
      return share;
    },
    addressSet: (set) => {
      const addresses = addressSets[set];
      return addresses === undefined
        ? WHOLE
        : ipv4Count(addresses) / BROAD_ADDRESSES + (addresses.v6.length > 0 ? 0.01 : 0);
    },
  };
}

/** A clause that does not select the peer on this side in any way matches no pair with it, and misses none nearly. */
const regards = (side: Side, peer: Peer): boolean =>
  asWorkload(side, peer) !== NO ||
  byAddress(side, peer) !== NO ||
  namesOutsideScope(side, peer) ||
  droppedName(side, peer);

/** What one side's postings hold for a peer, worked out once for all pairs that the peer's class is in. */
function asker(
  side: 'provider' | 'consumer',
  { byLabels, byWorkload, byAddressSet, byNameList }: Postings,
  clauses: readonly Clause[],
): (peer: Peer) => readonly Clause[] {
  const known = new Map<number, readonly Clause[]>();
  let kept = 0;

  const lookUp = (peer: Peer): readonly Clause[] => {
    const positions = new Set<number>();
    const ask = (list: readonly number[] | undefined): void => {
      for (const position of list ?? []) positions.add(position);
    };
    if (peer.index >= 0) {
      byLabels.ask(peer.label, ask);
      ask(byWorkload.get(peer.index));
    }
    for (const set of peer.addressSets) ask(byAddressSet.get(set));
    if (peer.nameLists === null) for (const list of byNameList.values()) ask(list);
    else for (const list of peer.nameLists) ask(byNameList.get(list));
    const found: Clause[] = [];
    for (const position of positions) {
      const clause = clauses[position];
      if (clause !== undefined && regards(clause[side], peer)) found.push(clause);
    }
    return found;
  };

  return (peer) => {
    const before = known.get(peer.class);
    if (before !== undefined) return before;
    const found = lookUp(peer);
    kept += found.length + 1;
    if (kept > MAX_KEPT) {
      known.clear();
      kept = found.length + 1;
    }
    known.set(peer.class, found);
    return found;
  };
}

/**
 * Indexes each clause by its more selective side, so that a pair asks few clauses however many the policy has: those whose indexed side
 * regards its peer, and those that are not worth an index.
 */
export function candidatesOf(
  clauses: readonly Clause[],
  addressSets: readonly AddressSet[],
  workloads: readonly SourceWorkload[],
  vocabulary: Vocabulary,
): Candidates {
  const costs = costsOf(addressSets, workloads, vocabulary);
  const byProvider = emptyPostings();
  const byConsumer = emptyPostings();
  const always: Clause[] = [];
  clauses.forEach((clause, position) => {
    const provider = sideCost(clause.provider, costs);
    const consumer = sideCost(clause.consumer, costs);
    if (Math.min(provider, consumer) >= WHOLE) always.push(clause);
    else if (provider <= consumer) index(clause.provider, position, byProvider, costs);
    else index(clause.consumer, position, byConsumer, costs);
  });
  const providing = asker('provider', byProvider, clauses);
  const consuming = asker('consumer', byConsumer, clauses);

  return {
    forPair: (source, destination, visit) => {
      for (const clause of always) visit(clause);
      for (const clause of providing(destination)) visit(clause);
      for (const clause of consuming(source)) visit(clause);
    },
  };
}
