import { type AddressSet, ipv4Count } from '../addresses/set.ts';
import type { KeyCondition } from './conditions.ts';
import type { Side, WorkloadTerm } from './side.ts';
import type { SourceWorkload } from './source.ts';
import type { Vocabulary } from './vocabulary.ts';

/** A side this selective or worse is not worth an index; such clauses are asked always. */
export const WHOLE = 1;
/** A term that names more workloads is found by its labels. */
export const MANY_WORKLOADS = 2000;
/** Of the IPv4 space: a list of a /8 or more is as good as everything. */
const BROAD_ADDRESSES = 2 ** 24;

/** How much of the estate sides and their parts select. */
export interface Costs {
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
export function sideCost(side: Side, costs: Costs): number {
  if (side.negated) return WHOLE;
  let cost = 0;
  for (const term of side.terms) cost += termCost(term, costs);
  for (const set of side.addressSets) cost += costs.addressSet(set);
  cost += side.nameLists.length / costs.workloads;
  return Math.min(cost, WHOLE);
}

export function costsOf(
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
