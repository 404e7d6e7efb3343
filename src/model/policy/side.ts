import { MAYBE, NO, not, or, type Tri, YES } from '../services/tri.ts';
import { allHold, type KeyCondition, type LabelsByKey } from './conditions.ts';
import type { Peer } from './peers.ts';

/** One way for a workload to be selected: by labels, by being named, or both (a named workload inside a scope). */
export interface WorkloadTerm {
  readonly conditions: readonly KeyCondition[];
  /** Positions in the source's workloads; null: any. */
  readonly workloads: ReadonlySet<number> | null;
  readonly certainty: typeof MAYBE | typeof YES;
  readonly managedOnly: boolean;
}

/** Whom a provider or consumer list selects. */
export interface Side {
  readonly terms: readonly WorkloadTerm[];
  /** Address sets that select by address: IP lists, subnets of workloads, addresses of a virtual service. */
  readonly addressSets: readonly number[];
  /** FQDN lists that select by name. */
  readonly nameLists: readonly number[];
  /** FQDN lists that were left out because names do not work on this side. */
  readonly droppedNameLists: readonly number[];
  /** 26.x: every address except those the rest selects. */
  readonly negated: boolean;
  /** The labels that count for the scope when they are not the peer's own: those of a virtual service. */
  readonly as: LabelsByKey | null;
}

function termMatches({ conditions, workloads, certainty, managedOnly }: WorkloadTerm, peer: Peer): Tri {
  if (workloads !== null && !workloads.has(peer.index)) return NO;
  if (managedOnly && !peer.managed) return NO;
  return allHold(conditions, peer.label) ? certainty : NO;
}

function selectedAsWorkload(side: Side, peer: Peer): Tri {
  if (peer.index < 0) return NO;
  let result: Tri = NO;
  for (const term of side.terms) {
    result = or(result, termMatches(term, peer));
    if (result === YES) break;
  }
  return result;
}

function selectedByAddress(side: Side, peer: Peer): Tri {
  for (const set of side.addressSets) if (peer.addressSets.has(set)) return YES;
  if (side.nameLists.length === 0) return NO;
  const names = peer.nameLists;
  if (names === null) return MAYBE;
  return side.nameLists.some((list) => names.has(list)) ? YES : NO;
}

/** Whether the side selects the peer as a workload, which alone programs a VEN's own end (objects.md §11.5). */
export const asWorkload = (side: Side, peer: Peer): Tri => (side.negated ? NO : selectedAsWorkload(side, peer));

/** Whether the side selects the peer by address, which works for the remote end only. */
export const byAddress = (side: Side, peer: Peer): Tri =>
  side.negated ? not(or(selectedAsWorkload(side, peer), selectedByAddress(side, peer))) : selectedByAddress(side, peer);

export const scopeLabels = (side: Side, peer: Peer): LabelsByKey => side.as ?? peer.label;

/** Whether the side names the peer, and only the scope keeps it out (open-named-workload-outside-scope). */
export const namesOutsideScope = (side: Side, peer: Peer): boolean =>
  side.terms.some((term) => term.workloads?.has(peer.index) === true && !allHold(term.conditions, peer.label));

/** Whether a name that was left out of the side would have selected the peer. */
export const droppedName = (side: Side, peer: Peer): boolean =>
  side.droppedNameLists.some((list) => peer.nameLists?.has(list) === true);
