import type { Answer, Coverage } from '../../answer/answer.ts';
import { Unfinished } from '../../answer/unfinished.ts';
import type { PlannedRequest } from '../../changes/plan.ts';
import { Failure } from '../../core/errors.ts';
import type { ChangeCount } from '../../model/impact/question.ts';
import { described, integer, text, texts } from '../fields.ts';
import type { TrafficQuery } from '../../pce/traffic/query.ts';
import { changeCount } from '../segmentation/impact-rows.ts';
import type { About, Window } from '../segmentation/judged-flows.ts';
import { lastDays, policyImpact } from '../segmentation/policy-impact.ts';
import type { ToolContext } from '../tool.ts';
import { whyNoEffect } from './no-effect.ts';
import { type PolicyStep, policySteps } from './planned-changes.ts';
import { plannedPolicy } from './planned-policy.ts';
import { flowText } from './review-rows.ts';

/** What a plan does to traffic that was observed, said with the plan. */
export interface TrafficImpact {
  /** One sentence with the numbers, or why there are none. */
  readonly sentence: string;
  /** Which two policies were compared. */
  readonly compares?: string;
  readonly window?: { readonly start: string; readonly end: string };
  /** Blocked from then on, though nothing blocked them before. */
  readonly newly_blocked?: ChangeCount;
  /** The same, where that cannot be told for certain. */
  readonly perhaps_blocked?: ChangeCount;
  readonly newly_allowed?: ChangeCount;
  readonly loses_rule?: ChangeCount;
  readonly gains_rule?: ChangeCount;
  readonly newly_blocked_rows?: number;
  readonly judged_edges?: number;
  /** Workloads at either end of a flow that changes. */
  readonly workloads?: number;
  /** Changed flows in words, those that break and have most connections first; the counts count all. */
  readonly flows?: readonly string[];
}

export interface Judged {
  readonly impact: TrafficImpact;
  /** What was not looked at. */
  readonly gaps: readonly string[];
}

/** Its published form. */
export const trafficImpact = {
  type: 'object',
  properties: {
    sentence: text,
    compares: text,
    window: { type: 'object', properties: { start: text, end: text } },
    newly_blocked: changeCount,
    perhaps_blocked: changeCount,
    newly_allowed: changeCount,
    loses_rule: changeCount,
    gains_rule: changeCount,
    newly_blocked_rows: integer,
    judged_edges: integer,
    workloads: integer,
    flows: texts,
  },
} as const;

/** The parameter of tools that choose the traffic. */
export const lookbackDays = described({ ...integer, minimum: 0 }, 'Traffic judged (default 30; 0: none)');

export interface ImpactOptions {
  /** Traffic of so many days until now; 0 looks at none. */
  readonly days?: number | undefined;
  /** Instead: the flows that the planner has read already, where no others can change. */
  readonly query?: TrafficQuery | undefined;
  /** A plan does not wait longer for what the PCE has to read; whoever asks again later finds it there. */
  readonly patienceMs?: number | undefined;
}

const DEFAULT_DAYS = 30;
const PATIENCE_MS = 20_000;
const SHOWN_FLOWS = 10;

/**
 * The effect of planned requests on the flows of the last days; null where they touch no policy. Never fails because traffic or policy
 * cannot be read: a plan is worth having without, and then says so.
 */
export async function impactOf(
  requests: readonly Pick<PlannedRequest, 'method' | 'path' | 'body'>[],
  context: ToolContext,
  { days = DEFAULT_DAYS, query, patienceMs = PATIENCE_MS }: ImpactOptions = {},
): Promise<Judged | null> {
  const { steps, unjudged, touches } = policySteps(requests);
  if (!touches) return null;
  const left = unjudged.map((what) => `what becomes of traffic by changes of ${what}`);
  if (steps.length === 0)
    return told(left.length === 0 ? NO_EFFECT : notKnown(`changes of ${unjudged.join(', ')} are not judged`), left);
  if (days === 0) return told(notKnown('no traffic was to be looked at'), [...left, 'traffic']);
  let waiting = true;
  // After the answer there is nobody to tell.
  const quiet: ToolContext = { ...context, progress: (...step) => (waiting ? context.progress(...step) : undefined) };
  const late = Promise.withResolvers<Judged>();
  const timer = setTimeout(() => late.resolve(told(notKnown(TAKES_LONG), [STILL_READING])), patienceMs);
  try {
    const { impact, gaps } = await Promise.race([
      judged(steps, quiet, query ?? lastDays(context.clock, days)),
      late.promise,
    ]);
    return { impact, gaps: [...left, ...gaps] };
  } finally {
    waiting = false;
    clearTimeout(timer);
  }
}

/** An answer with what its plan does to traffic: in its sentence, as a field, and what was not looked at. */
export function withImpact<Item>(answer: Answer<Item>, found: Judged | null): Answer<Item> {
  if (found === null) return answer;
  const { impact, gaps } = found;
  return {
    ...answer,
    answer: `${answer.answer} ${impact.sentence}`,
    coverage: withGaps(answer.coverage, gaps),
    extra: { ...answer.extra, traffic_impact: impact },
  };
}

/** Coverage with further gaps, each once. */
export const withGaps = (coverage: Coverage, gaps: readonly string[]): Coverage => ({
  ...coverage,
  gaps: [...coverage.gaps, ...gaps.filter((gap) => !coverage.gaps.includes(gap))],
});

const told = (sentence: string, gaps: readonly string[] = []): Judged => ({ impact: { sentence }, gaps });

const WORDS: ReadonlyMap<string, string> = new Map([
  ['will_break', 'newly blocked'],
  ['may_break', 'perhaps blocked'],
  ['newly_allowed', 'newly allowed'],
  ['loses_rule', 'loses its rule'],
  ['gains_rule', 'gains a rule'],
]);
const NO_EFFECT = 'No effect on traffic: only names or descriptions change.';
const TAKES_LONG = 'reading it takes longer than a plan waits; the same dry run in a minute will have it';
const STILL_READING = 'traffic, which is still being read';
const notKnown = (why: string): string => `The effect on traffic is not known: ${why}.`;

async function judged(
  steps: readonly PolicyStep[],
  context: ToolContext,
  { start, end, ...about }: Window & About,
): Promise<Judged> {
  try {
    const { before, after, compares } = await plannedPolicy(steps, context);
    const none = whyNoEffect(before, after);
    if (none !== null) return told(`No effect on traffic: ${none}.`);
    const window = { start, end };
    const { sentence, totals, rows, coverage } = await policyImpact(context, before, after, window, { about });
    // The flows first: the text of an answer cuts a long field, and the sentence is said already.
    const impact = {
      flows: rows.slice(0, SHOWN_FLOWS).map((row) => `${WORDS.get(row.change) ?? row.change}: ${flowText(row)}`),
      newly_blocked: totals.will_break,
      perhaps_blocked: totals.may_break,
      newly_allowed: totals.newly_allowed,
      loses_rule: totals.loses_rule,
      gains_rule: totals.gains_rule,
      workloads: totals.workloads_touched,
      newly_blocked_rows: totals.newly_blocked_rows,
      judged_edges: totals.judged_edges,
      window,
      compares,
      sentence,
    };
    const cut = coverage.truncated ? ['traffic or policy that was cut: the counts are the least there is'] : [];
    return { impact, gaps: [...cut, ...coverage.gaps] };
  } catch (error) {
    if (context.signal.aborted) throw error;
    if (error instanceof Unfinished) return told(notKnown(TAKES_LONG), [STILL_READING]);
    if (!(error instanceof Failure)) throw error;
    return told(notKnown(`it cannot be read (${error.code})`), [`traffic: ${error.message}`]);
  }
}
