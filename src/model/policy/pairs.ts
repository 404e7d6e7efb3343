import { and, NO, or, type Tri, YES } from '../services/tri.ts';
import type { Candidates } from './candidates.ts';
import type { Clause } from './clauses.ts';
import { mixes } from './conditions.ts';
import type { OpenPoint } from './open-points.ts';
import type { Peer } from './peers.ts';
import { asWorkload, byAddress, droppedName, namesOutsideScope, scopeLabels } from './side.ts';

/** A clause whose provider and consumer match a pair of peers, whatever the service. */
export interface PairMatch {
  readonly clause: Clause;
  readonly atSource: Tri;
  readonly atDestination: Tri;
  /** Matched with both ends as workloads, as the draft view of two workloads wants it. */
  readonly asWorkloads: Tri;
  /** The destination matched by address or has no VEN, so that a selective source acts on a deny (objects.md §11.6). */
  readonly destinationByAddress: boolean;
  /** Set on near misses: the choice that kept the clause from matching. */
  readonly missedBy: OpenPoint | null;
}

const MISS = { atSource: NO, atDestination: NO, asWorkloads: NO, destinationByAddress: false } as const;

function sameScope(clause: Clause, source: Peer, destination: Peer): boolean {
  const provider = scopeLabels(clause.provider, destination);
  const consumer = scopeLabels(clause.consumer, source);
  return clause.mixing.every((rule) => mixes(rule, provider, consumer));
}

/** The choice that kept a clause from matching, where another reading of the documentation would have let it. */
function missedBy(
  { provider, consumer, mixing }: Clause,
  source: Peer,
  destination: Peer,
  selected: { readonly provider: boolean; readonly consumer: boolean },
): OpenPoint | null {
  if (selected.provider && selected.consumer)
    return mixing.some((rule) => rule.byExclusion) ? 'open-exclusion-in-scope-crosses-labels' : null;
  if (selected.provider) {
    if (namesOutsideScope(consumer, source)) return 'open-named-workload-outside-scope';
    return droppedName(consumer, source) ? 'open-fqdn-as-consumer' : null;
  }
  if (!selected.consumer) return null;
  if (namesOutsideScope(provider, destination)) return 'open-named-workload-outside-scope';
  return droppedName(provider, destination) ? 'open-fqdn-in-deny-rules' : null;
}

/** Both ends of objects.md §11.5: the local side as a workload, the remote side as a workload or by address. */
function matchPair(clause: Clause, source: Peer, destination: Peer): PairMatch | null {
  const { provider, consumer, mixing } = clause;
  const providerAsWorkload = asWorkload(provider, destination);
  const providerByAddress = byAddress(provider, destination);
  const consumerAsWorkload = asWorkload(consumer, source);
  const consumerByAddress = byAddress(consumer, source);
  const together = mixing.length === 0 || sameScope(clause, source, destination) ? YES : NO;
  // A plain address is outside scope logic; one of a virtual service is where its service is.
  const providerRemote = or(
    and(providerAsWorkload, together),
    provider.as === null ? providerByAddress : and(providerByAddress, together),
  );
  const consumerRemote = or(
    and(consumerAsWorkload, together),
    consumer.as === null ? consumerByAddress : and(consumerByAddress, together),
  );
  const atSource = and(consumerAsWorkload, providerRemote);
  const atDestination = and(providerAsWorkload, consumerRemote);
  if (atSource === NO && atDestination === NO) {
    const selected = { provider: providerAsWorkload !== NO, consumer: consumerAsWorkload !== NO };
    const missed = missedBy(clause, source, destination, selected);
    return missed === null ? null : { ...MISS, clause, missedBy: missed };
  }
  return {
    clause,
    atSource,
    atDestination,
    asWorkloads: and(and(providerAsWorkload, consumerAsWorkload), together),
    destinationByAddress: providerByAddress === YES || !destination.managed,
    missedBy: null,
  };
}

export function matchesOf(candidates: Candidates, source: Peer, destination: Peer): readonly PairMatch[] {
  const matches: PairMatch[] = [];
  candidates.forPair(source, destination, (clause) => {
    const match = matchPair(clause, source, destination);
    if (match !== null) matches.push(match);
  });
  return matches;
}
