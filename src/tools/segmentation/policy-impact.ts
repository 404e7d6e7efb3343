import { provisionedObjects } from '../../analysis/policy/provisioned.ts';
import { groupEdges, rulesOfGroups } from '../../analysis/impact/group-edges.ts';
import { rfc3339 } from '../../core/time-window.ts';
import type { Clock } from '../../core/clock.ts';
import type { Coverage } from '../../answer/answer.ts';
import type { Change } from '../../model/impact/change.ts';
import type { ChangeCount, JudgeAnswer } from '../../model/impact/question.ts';
import { policySource } from '../../model/policy/version.ts';
import { plural } from '../listing.ts';
import type { ToolContext } from '../tool.ts';
import { blindSpots } from './blind-spots.ts';
import { type ImpactRow, impactRow } from './impact-rows.ts';
import { type About, flowQuery, judgedFlows, type Window } from './judged-flows.ts';
import { agreementText } from './last-flow.ts';
import type { ReadPolicy } from './policy-reading.ts';
import { ruleWords } from './rule-words.ts';

/** What observed flows gain and lose when one policy gives way to another. */
export interface PolicyImpact {
  /** One sentence with the numbers. */
  readonly sentence: string;
  readonly rows: readonly ImpactRow[];
  readonly totals: ImpactTotals;
  readonly coverage: Coverage;
  /** `12 of 12 rows` agree with what VENs reported under the policy before. */
  readonly agreement: string | null;
  readonly answer: JudgeAnswer;
}

export interface ImpactTotals {
  readonly will_break: ChangeCount;
  readonly may_break: ChangeCount;
  readonly newly_allowed: ChangeCount;
  readonly loses_rule: ChangeCount;
  readonly gains_rule: ChangeCount;
  /** Workloads at either end of a flow that changes. */
  readonly workloads_touched: number;
  /** Rows that their reporter will report blocked, of flows no end blocked before. */
  readonly newly_blocked_rows: number;
  /** All edges that were seen. */
  readonly judged_edges: number;
}

export interface ImpactOptions {
  /** Narrows the flows. */
  readonly about?: About;
  /** Rows of these are wanted too, although nothing changes for them. */
  readonly besides?: readonly Change[];
}

const CHANGED: readonly Change[] = [
  'will_break',
  'may_break',
  'newly_allowed',
  'loses_rule',
  'gains_rule',
  'uncertain',
];
const MAX_EDGES = 20_000;
const MAX_BLIND_SPOTS = 3;
const DAY_MS = 86_400_000;

/** The last `days` days until now. */
export function lastDays(clock: Clock, days: number): Window {
  const now = Math.floor(clock.now() / 1_000) * 1_000;
  return { start: rfc3339(now - days * DAY_MS), end: rfc3339(now) };
}

/**
 * What the flows of a window gain and lose between two policies; what plans and previews that touch policy show before anything is sent.
 */
export async function policyImpact(
  context: ToolContext,
  from: ReadPolicy,
  to: ReadPolicy,
  window: Window,
  { about = {}, besides = [] }: ImpactOptions = {},
): Promise<PolicyImpact> {
  const job = { from: from.source, to: to.source, list: [...CHANGED, ...besides], limit: MAX_EDGES };
  const { answer, coverage } = await judgedFlows(job, flowQuery('illumio-mcp policy impact', window, about), context);
  const groups = groupEdges(answer.edges);
  const named = rulesOfGroups(groups);
  const words = new Map([...(await ruleWords(from, named, context)), ...(await ruleWords(to, named, context))]);
  const changed = answer.edges.filter(({ change }) => CHANGED.includes(change));
  const touched = new Set(changed.flatMap(({ source, destination }) => [source.workload, destination.workload]));
  touched.delete(null);
  const { will_break, may_break, newly_allowed, loses_rule, gains_rule } = answer.totals;
  const totals = {
    will_break,
    may_break,
    newly_allowed,
    loses_rule,
    gains_rule,
    workloads_touched: touched.size,
    newly_blocked_rows: answer.newlyBlockedRows,
    judged_edges: Object.values(answer.totals).reduce((sum, { edges }) => sum + edges, 0),
  };
  return {
    sentence: impactSentence(totals, window),
    rows: groups.map((group) => impactRow(group, words)),
    totals,
    coverage: {
      ...coverage,
      truncated: coverage.truncated || !from.complete || !to.complete,
      gaps: [
        ...coverage.gaps,
        ...new Set([...from.gaps, ...to.gaps]),
        ...blindSpots(from.workloads).slice(0, MAX_BLIND_SPOTS),
      ],
    },
    agreement: agreementText(answer.reported),
    answer,
  };
}

/** The active policy as it would be after provisioning these pending objects; null: all of them. */
export function provisioned(active: ReadPolicy, draft: ReadPolicy, hrefs: readonly string[] | null): ReadPolicy {
  const objects = provisionedObjects(active.objects, draft.objects, hrefs);
  return { ...active, objects, ruleSets: objects.ruleSets, source: policySource(objects, active.common, 'active') };
}

function impactSentence(totals: ImpactTotals, { start, end }: Window): string {
  const judged = totals.judged_edges;
  const when = `from ${start} to ${end}`;
  if (judged === 0) return `No flow was seen ${when}, so the effect on traffic is not known.`;
  const told = [
    part(totals.will_break, 'newly blocked'),
    part(totals.may_break, 'perhaps blocked'),
    part(totals.newly_allowed, 'newly allowed'),
    part(totals.loses_rule, 'left without a rule'),
    part(totals.gains_rule, 'covered by a rule for the first time'),
  ].filter((text) => text !== '');
  if (told.length === 0) return `None of ${plural(judged, 'observed edge')} ${when} changes.`;
  return `Of ${plural(judged, 'observed edge')} ${when}: ${told.join('; ')}; ${plural(totals.workloads_touched, 'workload')} touched.`;
}

const part = ({ edges, connections }: ChangeCount, what: string): string =>
  edges === 0 ? '' : `${edges} ${what} (${plural(connections, 'connection')})`;
