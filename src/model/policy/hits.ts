import type { Href } from '../../core/href.ts';
import { serviceMatches, type ServiceFacts, type ServicePlace } from '../services/match.ts';
import { and, MAYBE, NO, or, type Tri, YES } from '../services/tri.ts';
import type { CompiledRule } from './clauses.ts';
import type { OpenPoint } from './open-points.ts';
import type { PairMatch } from './pairs.ts';
import type { Peer } from './peers.ts';

/** What of a question, apart from its ends, rules look at. */
export interface FlowFacts extends ServiceFacts {
  readonly userGroups?: readonly Href[] | undefined;
  readonly network: 'brn' | 'non_brn';
}

/** A rule that matches a flow at one end. */
export interface Hit {
  readonly rule: CompiledRule;
  readonly certainty: Tri;
  /** Certain as the draft view counts it: between two workloads without matches by address. */
  readonly inDraftView: boolean;
  /** Matched the destination by address. */
  readonly toAddress: boolean;
}

export interface HitsAtEnd {
  /** In the order of the policy. */
  readonly hits: readonly Hit[];
  readonly notes: ReadonlySet<OpenPoint>;
}

/** User rules control the outbound side of the desktop; the destination opens whoever is logged in (open-user-rule-at-the-destination). */
function userPart({ users }: CompiledRule, end: 'source' | 'destination', groups: readonly Href[] | undefined): Tri {
  if (users === null || end === 'destination') return YES;
  if (groups === undefined) return MAYBE;
  return groups.some((group) => users.has(group)) ? YES : NO;
}

/** The rules that match at one end, from the clauses that match the pair. */
export function hitsAt(
  end: 'source' | 'destination',
  matches: readonly PairMatch[],
  rules: readonly CompiledRule[],
  source: Peer,
  destination: Peer,
  facts: FlowFacts,
): HitsAtEnd {
  const place: ServicePlace = { end, source, destination };
  const bothWorkloads = source.index >= 0 && destination.index >= 0;
  const notes = new Set<OpenPoint>();
  const found = new Map<number, { certainty: Tri; inDraftView: boolean; toAddress: boolean }>();
  for (const match of matches) {
    const position = match.clause.rule;
    const rule = rules[position];
    if (rule === undefined || (rule.network !== 'all' && rule.network !== facts.network)) continue;
    const atEnd = end === 'source' ? match.atSource : match.atDestination;
    if (atEnd === NO && match.missedBy === null) continue;
    const service = and(serviceMatches(match.clause.services, facts, place), userPart(rule, end, facts.userGroups));
    if (service === NO) continue;
    if (atEnd === NO) {
      if (match.missedBy !== null) notes.add(match.missedBy);
      continue;
    }
    for (const note of rule.notes) notes.add(note);
    if (rule.users !== null && end === 'destination') notes.add('open-user-rule-at-the-destination');
    if (end === 'source' && match.clause.services.some((entry) => entry.kind === 'windows'))
      notes.add('open-windows-process-at-a-managed-source');
    if (match.clause.provider.as !== null || match.clause.consumer.as !== null) notes.add('open-virtual-service-scope');
    const certainty = and(atEnd, service);
    if (end === 'source' && atEnd !== YES && match.clause.provider.nameLists.length > 0)
      notes.add('open-fqdn-unknown-in-the-flow');
    const counted = bothWorkloads ? and(match.asWorkloads, service) : certainty;
    const before = found.get(position);
    found.set(position, {
      certainty: or(certainty, before?.certainty ?? NO),
      inDraftView: counted === YES || before?.inDraftView === true,
      toAddress: match.destinationByAddress || before?.toAddress === true,
    });
  }
  const hits = [...found]
    .sort(([a], [b]) => a - b)
    .flatMap(([position, hit]) => {
      const rule = rules[position];
      return rule === undefined ? [] : [{ rule, ...hit }];
    });
  return { hits, notes };
}
