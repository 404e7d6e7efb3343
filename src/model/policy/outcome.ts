import { MAYBE, YES } from '../services/tri.ts';
import type { CompiledRule } from './clauses.ts';
import type { DecidingClass, DraftDecision, EndDecision, EndVerdict } from './decision.ts';
import { essentialAt } from './essential.ts';
import { type FlowFacts, type Hit, hitsAt } from './hits.ts';
import type { OpenPoint } from './open-points.ts';
import type { PairMatch } from './pairs.ts';
import type { Peer } from './peers.ts';
import { draftWord, NOT_REPORTED, type Reported, reportedWord } from './words.ts';
import { weigh } from './weigh.ts';

/** An end's decision without the workload it is about, which all workloads of a class share. */
export interface EndOutcome extends Omit<EndDecision, 'workload'> {
  readonly reported: Reported;
}

/** Everything the engine says about a pair and a service. */
export interface Outcome {
  readonly source: EndOutcome | null;
  readonly destination: EndOutcome | null;
  readonly verdict: EndVerdict;
  readonly at: 'source' | 'destination' | 'both' | null;
  readonly class: DecidingClass | null;
  readonly rules: EndDecision['rules'];
  readonly draftDecision: DraftDecision;
  readonly notes: readonly OpenPoint[];
}

export interface OutcomeFacts {
  readonly source: Peer;
  readonly destination: Peer;
  readonly matches: readonly PairMatch[];
  readonly rules: readonly CompiledRule[];
  readonly pcePorts: ReadonlySet<number>;
  readonly flow: FlowFacts;
}

interface End {
  readonly outcome: EndOutcome;
  readonly hits: readonly Hit[];
  readonly essential: boolean;
  readonly notes: Set<OpenPoint>;
}

const hrefs = (hits: readonly Hit[]) => hits.map((hit) => hit.rule.href);

/** Notes on the verdict itself, beyond those of the rules that matched. */
function modeNotes(
  end: 'source' | 'destination',
  peer: Peer,
  hits: readonly Hit[],
  decidedBy: DecidingClass,
): OpenPoint[] {
  const notes: OpenPoint[] = [];
  if (peer.mode === 'selective' && end === 'source') {
    const denies = hits.filter((hit) => hit.rule.kind !== 'allow' && hit.certainty === YES);
    if (denies.some((hit) => !hit.toAddress)) notes.push('open-selective-source-outbound-label-deny');
    if (denies.some((hit) => hit.toAddress && !hit.rule.isBoundary))
      notes.push('open-selective-outbound-ip-list-report');
  }
  if (decidedBy === 'deny' && peer.mode !== 'selective' && hits.some((hit) => hit.rule.isBoundary))
    notes.push('open-boundary-class-in-visibility');
  return notes;
}

function endOf(end: 'source' | 'destination', facts: OutcomeFacts): End {
  const { source, destination, matches, rules, flow, pcePorts } = facts;
  const peer = end === 'source' ? source : destination;
  const { mode } = peer;
  const found = hitsAt(end, matches, rules, source, destination, flow);
  const { hits } = found;
  const notes = new Set(found.notes);
  const essential = essentialAt(end, source, destination, flow, pcePorts);
  if (essential !== null && essential.note !== null) notes.add(essential.note);
  if (peer.ambiguous) notes.add('open-ambiguous-address');
  const maybe = hrefs(hits.filter((hit) => hit.certainty === MAYBE));
  const sure = hits.filter((hit) => hit.certainty === YES);
  const crossesBoundary = sure.some((hit) => hit.rule.kind === 'deny');
  const runnersUp = (winner: DecidingClass | null) =>
    sure.filter((hit) => hit.rule.kind !== winner).map((hit) => ({ rule: hit.rule.href, class: hit.rule.kind }));
  const base = { mode, maybe, crossesBoundary };
  const result = (outcome: Omit<EndOutcome, keyof typeof base>): End => ({
    outcome: { ...base, ...outcome },
    hits,
    essential: essential !== null,
    notes,
  });

  if (mode === 'idle')
    return result({
      verdict: 'not_enforced',
      class: null,
      rules: [],
      runnersUp: runnersUp(null),
      reported: NOT_REPORTED,
    });
  if (essential !== null) {
    const reported = reportedWord(mode, 'allowed', 'essential');
    return result({ verdict: 'allowed', class: 'essential', rules: [], runnersUp: runnersUp(null), reported });
  }
  const { certain, verdict, hangsOn } = weigh(hits, { mode, end });
  const reported = reportedWord(mode, certain.verdict, certain.class);
  if (verdict === 'maybe')
    return result({ verdict, class: null, rules: hrefs(hangsOn), runnersUp: runnersUp(null), reported });
  for (const note of modeNotes(end, peer, hits, certain.class)) notes.add(note);
  const rulesOfClass = hrefs(sure.filter((hit) => hit.rule.kind === certain.class));
  return result({ verdict, class: certain.class, rules: rulesOfClass, runnersUp: runnersUp(certain.class), reported });
}

const BADNESS: Readonly<Record<EndVerdict, number>> = {
  blocked: 4,
  maybe: 3,
  potentially_blocked: 2,
  allowed: 1,
  not_enforced: 0,
};

/** Where two ends of one verdict differ in class, the one that names rules says more than a default or a built-in. */
const TELLING: readonly DecidingClass[] = ['override_deny', 'allow', 'deny', 'essential', 'default'];

function overall(source: EndOutcome | null, destination: EndOutcome | null) {
  const ends = [source, destination].filter((end) => end !== null).filter((end) => end.verdict !== 'not_enforced');
  const worst = ends.reduce((most, end) => Math.max(most, BADNESS[end.verdict]), 0);
  const deciding = ends.filter((end) => BADNESS[end.verdict] === worst);
  const [first] = deciding;
  if (first === undefined) return { verdict: 'not_enforced', at: null, class: null, rules: [] } as const;
  const decidedBy = TELLING.find((one) => deciding.some((end) => end.class === one)) ?? null;
  const rules = [...new Set(deciding.filter((end) => end.class === decidedBy).flatMap((end) => end.rules))];
  const at = deciding.length === 2 ? 'both' : first === source ? 'source' : 'destination';
  return { verdict: first.verdict, at, class: decidedBy, rules } as const;
}

/** The draft view's word: judged at the destination where a VEN runs, else at the source; idle counts as visibility-only (traffic.md §5.4). */
function draftOf({ source, destination }: OutcomeFacts, sourceEnd: End, destinationEnd: End) {
  const atSource = source.managed && !destination.managed;
  const { hits, essential } = atSource ? sourceEnd : destinationEnd;
  const peer = atSource ? source : destination;
  const mode = peer.managed ? peer.mode : 'visibility_only';
  const wordFor = (counted: readonly Hit[]) => {
    const has = (kind: Hit['rule']['kind']) => counted.some((hit) => hit.rule.kind === kind);
    return draftWord(mode, { essential, override: has('override_deny'), allow: has('allow'), deny: has('deny') });
  };
  const word = wordFor(hits.filter((hit) => hit.inDraftView));
  const notes: OpenPoint[] = [];
  if (word !== wordFor(hits.filter((hit) => hit.certainty === YES)))
    notes.push('open-draft-view-ip-list-between-workloads');
  if (mode === 'selective' && word === 'potentially_blocked_no_rule') notes.push('open-selective-default-draft-word');
  return { word, notes };
}

/** Judges a pair of peers and a service at both ends and as a whole. */
export function outcomeOf(facts: OutcomeFacts): Outcome {
  const sourceEnd = endOf('source', facts);
  const destinationEnd = endOf('destination', facts);
  const source = facts.source.managed ? sourceEnd.outcome : null;
  const destination = facts.destination.managed ? destinationEnd.outcome : null;
  const draft = draftOf(facts, sourceEnd, destinationEnd);
  const notes = new Set<OpenPoint>();
  if (source !== null) for (const note of sourceEnd.notes) notes.add(note);
  if (destination !== null) for (const note of destinationEnd.notes) notes.add(note);
  for (const note of draft.notes) notes.add(note);
  return { ...overall(source, destination), source, destination, draftDecision: draft.word, notes: [...notes].sort() };
}
