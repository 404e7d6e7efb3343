import type { Href } from '../../core/href.ts';
import type { Decision, EndDecision, FlowQuestion } from '../../model/policy/decision.ts';
import { present } from '../present.ts';
import type { NamedEnd } from './flow-ends.ts';
import type { RuleWords } from './rule-words.ts';

/** A pair of ends with its question to the policy. */
export interface Pair {
  readonly source: NamedEnd;
  readonly destination: NamedEnd;
  readonly question: FlowQuestion;
}

/** All pairs of one decision. */
export interface ExplainRow {
  readonly verdict: string;
  readonly class: string;
  readonly decided_at: string;
  readonly rules: readonly string[];
  readonly rule_hrefs: readonly string[];
  readonly runners_up?: readonly string[];
  readonly hangs_on?: readonly string[];
  readonly source_mode: string;
  readonly destination_mode: string;
  readonly source_verdict: string;
  readonly destination_verdict: string;
  readonly draft_decision: string;
  readonly crosses_deny?: boolean;
  readonly pairs: number;
  readonly example: string;
}

export interface DecidedGroup {
  readonly decision: Decision;
  readonly pairs: readonly Pair[];
}

/** Pairs that are decided alike, worst verdict first, then most pairs. */
export function groupDecisions(pairs: readonly Pair[], decisions: readonly Decision[]): readonly DecidedGroup[] {
  const groups = new Map<string, { decision: Decision; pairs: Pair[] }>();
  decisions.forEach((decision, index) => {
    const pair = pairs[index];
    if (pair === undefined) return;
    const { verdict, at, class: decidedBy, rules, ends } = decision;
    const key = JSON.stringify([verdict, at, decidedBy, rules, endKey(ends.source), endKey(ends.destination)]);
    const group = groups.get(key) ?? { decision, pairs: [] };
    group.pairs.push(pair);
    groups.set(key, group);
  });
  return [...groups.values()].sort(
    (a, b) =>
      WORST_FIRST.indexOf(a.decision.verdict) - WORST_FIRST.indexOf(b.decision.verdict) ||
      b.pairs.length - a.pairs.length,
  );
}

const WORST_FIRST: readonly Decision['verdict'][] = [
  'blocked',
  'maybe',
  'potentially_blocked',
  'allowed',
  'not_enforced',
];

const endKey = (end: EndDecision | null) => (end === null ? null : [end.mode, end.verdict, end.class, end.rules]);

/** Every rule a decision names. */
export const rulesOf = ({ rules, ends }: Decision): readonly Href[] =>
  [
    rules,
    ...[ends.source, ends.destination].map((end) =>
      end === null ? [] : [...end.rules, ...end.maybe, ...end.runnersUp.map(({ rule }) => rule)],
    ),
  ].flat();

const NO_VEN = 'no VEN';

export function explainRow({ decision, pairs }: DecidedGroup, words: ReadonlyMap<Href, RuleWords>): ExplainRow {
  const { verdict, at, class: decidedBy, rules, ends, draftDecision } = decision;
  const say = (href: Href): string => words.get(href)?.text ?? href;
  const both = [ends.source, ends.destination].filter((end) => end !== null);
  const lost = new Set(
    both.flatMap((end) => end.runnersUp.map(({ rule }) => rule)).filter((rule) => !rules.includes(rule)),
  );
  const hangs = new Set(both.flatMap((end) => end.maybe));
  const [first] = pairs;
  return {
    verdict,
    class: decidedBy ?? 'none',
    decided_at: at ?? 'no end',
    rules: rules.map(say),
    rule_hrefs: rules,
    ...(lost.size === 0 ? {} : { runners_up: [...lost].map(say) }),
    ...(hangs.size === 0 ? {} : { hangs_on: [...hangs].map(say) }),
    source_mode: ends.source?.mode ?? NO_VEN,
    destination_mode: ends.destination?.mode ?? NO_VEN,
    source_verdict: ends.source?.verdict ?? 'not_enforced',
    destination_verdict: ends.destination?.verdict ?? 'not_enforced',
    draft_decision: draftDecision,
    ...present({ crosses_deny: both.some((end) => end.crossesBoundary) ? true : null }),
    pairs: pairs.length,
    example: first === undefined ? '' : `${label(first.source)} -> ${label(first.destination)}`,
  };
}

const label = ({ name, end }: NamedEnd): string => (name === end.ip ? name : `${name} (${end.ip})`);

/** What the verdict means, for somebody who does not know the words. */
export function reasonText({ verdict, class: decidedBy, at, ends }: Decision): string {
  if (verdict === 'not_enforced') return 'no end evaluates it: neither runs a VEN that is out of idle';
  const where = at === 'both' ? 'at both ends' : `at the ${at}`;
  if (verdict === 'maybe') return `it depends ${where} on a process, user or DNS name that is not known`;
  switch (decidedBy) {
    case 'essential':
      return `${where} as traffic the PCE always lets pass`;
    case 'override_deny':
      return `${where} by an override deny, which no allow rule beats`;
    case 'allow':
      return `${where} by an allow rule`;
    case 'deny':
      return `${where} by a deny rule, and no allow rule matches`;
    default: {
      const modes = [ends.source, ends.destination]
        .filter((end) => end !== null)
        .filter((end) => end.verdict === verdict)
        .map(({ mode }) => mode);
      return `${where} because no rule matches (mode ${[...new Set(modes)].join(', ')})`;
    }
  }
}
