import type { Href } from '../../core/href.ts';
import { indexSets } from '../addresses/index-of-sets.ts';
import { candidatesOf } from './candidates.ts';
import { clausesOf } from './clauses.ts';
import type { Decision, DraftDecision, EndDecision, FlowQuestion } from './decision.ts';
import { outcomeMemo, pairMemo } from './memo.ts';
import { memoKeyOf } from './memo-key.ts';
import { type EndOutcome, type Outcome, outcomeOf } from './outcome.ts';
import { type FoundPeer, peerFinder } from './peers.ts';
import type { PolicySource } from './source.ts';
import { NOT_REPORTED, type Reported } from './words.ts';

declare const brand: unique symbol;

/** One version of a policy, ready to judge flows. Lives in the thread that made it; made by `compilePolicy`, opaque. */
export interface CompiledPolicy {
  readonly [brand]: 'CompiledPolicy';
  /** Enabled rules and boundaries in it. */
  readonly ruleCount: number;
}

interface Judged {
  readonly outcome: Outcome;
  readonly source: Href | null;
  readonly destination: Href | null;
}

/** A peer as it was asked for. Compared field by field: making a key of them costs more than judging the flow. */
interface KnownPeer {
  readonly workload: Href | undefined;
  readonly fqdn: string | undefined;
  readonly network: 'brn' | 'non_brn';
  readonly found: FoundPeer;
  /** The same address as it was asked for before. */
  readonly before: KnownPeer | undefined;
}

type Judge = (question: FlowQuestion) => Judged;

/** Flows repeat their ends; what is known of them is kept, within these bounds. */
const MAX_ADDRESSES = 200_000;
const MAX_NAMES = 16;

const judges = new WeakMap<CompiledPolicy, Judge>();

/**
 * Compiles one version of a policy. Costs time and memory in proportion to rules × scopes, plus workloads; deciding then costs nearly the
 * same however many rules there are.
 */
export function compilePolicy(source: PolicySource): CompiledPolicy {
  const { rules, clauses, registry, vocabulary } = clausesOf(source);
  const named = new Set<number>();
  for (const { provider, consumer } of clauses)
    for (const term of [...provider.terms, ...consumer.terms])
      for (const index of term.workloads ?? []) named.add(index);
  const findPeer = peerFinder({
    workloads: source.workloads,
    vocabulary,
    named,
    membership: indexSets(registry.addressSets),
    nameTests: registry.nameTests,
    pceAddresses: source.pce?.addresses ?? [],
  });
  const candidates = candidatesOf(clauses, registry.addressSets, source.workloads, vocabulary);
  const pcePorts = new Set(source.pce?.ports ?? []);

  const peers = new Map<string, KnownPeer>();
  const matchesOfPair = pairMemo(candidates);
  const outcomeOfFlow = outcomeMemo(memoKeyOf(rules, clauses), (source, destination, flow) =>
    outcomeOf({ source, destination, matches: matchesOfPair(source, destination), rules, pcePorts, flow }),
  );

  function peerOf(end: FlowQuestion['src'], network: 'brn' | 'non_brn'): FoundPeer {
    const { ip, workload, fqdn } = end;
    const latest = peers.get(ip);
    let names = 0;
    for (let one = latest; one !== undefined; one = one.before) {
      if (one.workload === workload && one.fqdn === fqdn && one.network === network) return one.found;
      names += 1;
    }
    if (latest === undefined && peers.size >= MAX_ADDRESSES) peers.clear();
    const found = findPeer(end, network);
    // An address with more names than this is a front of many sites: its names are looked up anew.
    peers.set(ip, { workload, fqdn, network, found, before: names < MAX_NAMES ? latest : undefined });
    return found;
  }

  const judge: Judge = (question) => {
    const network = question.network ?? 'brn';
    const src = peerOf(question.src, network);
    const dst = peerOf(question.dst, network);
    const outcome = outcomeOfFlow(src.peer, dst.peer, question, network);
    return { outcome, source: src.workload?.href ?? null, destination: dst.workload?.href ?? null };
  };

  const policy = { ruleCount: rules.length } as CompiledPolicy;
  judges.set(policy, judge);
  return policy;
}

function judgeOf(policy: CompiledPolicy): Judge {
  const judge = judges.get(policy);
  if (judge === undefined) throw new TypeError('Not a policy made by compilePolicy in this thread.');
  return judge;
}

function endDecision(outcome: EndOutcome | null, workload: Href | null): EndDecision | null {
  if (outcome === null || workload === null) return null;
  const { mode, verdict, class: decidedBy, rules, runnersUp, maybe, crossesBoundary } = outcome;
  return { workload, mode, verdict, class: decidedBy, rules, runnersUp, maybe, crossesBoundary };
}

/** Which rule decides a new connection, at which end, and how sure that is (objects.md §11). Never fails: an unknown end is a bare address. */
export function decide(policy: CompiledPolicy, question: FlowQuestion): Decision {
  const { outcome, source, destination } = judgeOf(policy)(question);
  const { verdict, at, class: decidedBy, rules, draftDecision, notes } = outcome;
  const ends = {
    source: endDecision(outcome.source, source),
    destination: endDecision(outcome.destination, destination),
  };
  return { verdict, at, class: decidedBy, rules, ends, draftDecision, notes };
}

/**
 * What the VEN at one end reports of the connection (traffic.md §5.2): `unknown` where none runs or it is idle. Rules that hang on a
 * process, user or name the question leaves out count as not matching.
 */
export function reportedAt(policy: CompiledPolicy, question: FlowQuestion, end: 'source' | 'destination'): Reported {
  return judgeOf(policy)(question).outcome[end]?.reported ?? NOT_REPORTED;
}

/** What the PCE's draft view calls the connection under this policy (traffic.md §5.4). */
export function draftDecision(policy: CompiledPolicy, question: FlowQuestion): DraftDecision {
  return judgeOf(policy)(question).outcome.draftDecision;
}
