import { type Costs, MANY_WORKLOADS } from './costs.ts';
import { labelPostings } from './label-postings.ts';
import type { Peer } from './peers.ts';
import type { Side } from './side.ts';

/** Clauses that may select a peer on one side, found by what the peer is instead of by asking every clause. */
export interface Postings {
  /** Only for sides whose cost is below `WHOLE`. */
  post(side: Side, clause: number): void;
  of(peer: Peer): ReadonlySet<number>;
}

function post(map: Map<number, number[]>, key: number, clause: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [clause]);
  else if (list.at(-1) !== clause) list.push(clause);
}

export function postingsOf(costs: Costs): Postings {
  const byLabels = labelPostings();
  const byWorkload = new Map<number, number[]>();
  const byAddressSet = new Map<number, number[]>();
  const byNameList = new Map<number, number[]>();
  return {
    post(side, clause) {
      for (const term of side.terms) {
        if (term.workloads !== null && term.workloads.size <= MANY_WORKLOADS)
          for (const workload of term.workloads) post(byWorkload, workload, clause);
        else byLabels.post(term.conditions, costs.condition, clause);
      }
      for (const set of side.addressSets) post(byAddressSet, set, clause);
      for (const list of [...side.nameLists, ...side.droppedNameLists]) post(byNameList, list, clause);
    },
    of(peer) {
      const clauses = new Set<number>();
      const ask = (list: readonly number[] | undefined): void => {
        for (const clause of list ?? []) clauses.add(clause);
      };
      if (peer.index >= 0) {
        byLabels.ask(peer.label, ask);
        ask(byWorkload.get(peer.index));
      }
      for (const set of peer.addressSets) ask(byAddressSet.get(set));
      if (peer.nameLists === null) for (const list of byNameList.values()) ask(list);
      else for (const list of peer.nameLists) ask(byNameList.get(list));
      return clauses;
    },
  };
}
