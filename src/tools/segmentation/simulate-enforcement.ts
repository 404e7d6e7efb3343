import { rulesOfGroups } from '../../analysis/impact/group-edges.ts';
import { type Change, CHANGES } from '../../model/impact/change.ts';
import { MODES, withMode } from '../../model/impact/modes.ts';
import { envelope } from '../envelope.ts';
import { described, flag, integer, number, oneOf, text, texts } from '../fields.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { MAX_ROWS, trafficQuery } from '../traffic/filters.ts';
import { appTarget, workloadsOf } from './app-target.ts';
import { blindSpots, modesText } from './blind-spots.ts';
import {
  breaking,
  countOf,
  enforcementSentence,
  enforcementWarnings,
  safeShare,
  staying,
} from './enforcement-answer.ts';
import { enforcementFlows } from './enforcement-flows.ts';
import { changeCount, impactColumns, impactItem, type ImpactRow, impactRow } from './impact-rows.ts';
import { agreementText } from './last-flow.ts';
import { readPolicy } from './policy-reading.ts';
import { ruleWords } from './rule-words.ts';

/** Everything that passes today, the breaking first. */
const PASSING: readonly Change[] = CHANGES.filter((change) => change !== 'already_blocked' && change !== 'uncertain');
const MAX_EDGES = 20_000;
const DAY_MS = 86_400_000;

interface EnforcementRow extends ImpactRow {
  /** False: seen in the 90 days before the end of the window, but not in the window. */
  readonly in_window: boolean;
}

export default defineTool({
  name: 'simulate-enforcement',
  title: 'Simulate enforcement',
  description:
    'Says which observed flows of an app break in another enforcement mode, how often they recur and which rule is missing. Changes nothing; for rule changes use simulate-change.',
  toolset: 'segmentation',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      app_name: text,
      env_name: text,
      target_mode: described(oneOf(...MODES), 'Default full'),
      policy: described(oneOf('draft', 'active'), 'Rules then in force (default draft)'),
      start_date: text,
      end_date: text,
      lookback_days: described({ ...integer, minimum: 1 }, 'Default 30'),
      include_unknown: described(flag, 'Flows VENs did not decide (default true)'),
      max_results: described({ ...integer, minimum: 1, maximum: MAX_ROWS }, 'Rows to read (default 200000)'),
    },
    required: ['app_name'],
  },
  output: envelope(
    { ...impactItem, in_window: flag },
    {
      will_break: changeCount,
      may_break: changeCount,
      newly_allowed: changeCount,
      already_blocked: changeCount,
      stays: changeCount,
      before_window: changeCount,
      newly_blocked_rows: integer,
    },
    {
      extra: {
        target_mode: text,
        policy: text,
        days: integer,
        groups_before_window: integer,
        workloads_affected: integer,
        current_modes: text,
        safe_percent: number,
        safe_percent_of_edges: number,
        agreement_with_draft: text,
        agreement_with_reported: text,
        warnings: texts,
      },
    },
  ),
  example: { app_name: 'payments', env_name: 'prod', target_mode: 'full', lookback_days: 30 },
  columns: [...impactColumns, { header: 'in window', value: (row: EnforcementRow) => row.in_window }],

  async run(args, context) {
    const { target_mode: mode = 'full', policy: version = 'draft', include_unknown: unknown = true } = args;
    const target = await appTarget(args, context);
    const active = await readPolicy('active', context);
    const draft = await readPolicy('draft', context);
    const then = version === 'draft' ? draft : active;
    const own = workloadsOf(target, active.workloads);
    const changing = own.filter((workload) => workload.managed && workload.mode !== mode);
    const job = {
      from: active.source,
      to: withMode(then.source, new Set(changing.map(({ href }) => href)), mode),
      draft: draft.source,
      list: PASSING,
      limit: MAX_EDGES,
    };
    const { query, window } = await trafficQuery(
      {
        ...args,
        policy_decisions: unknown ? [] : ['allowed', 'potentially_blocked', 'blocked'],
        query_name: 'illumio-mcp simulate-enforcement',
      },
      context,
    );
    const side = { include: [target.labels.map((label) => ({ label }))], exclude: [] };
    const about = { ...query, sources: side, destinations: side, sourcesOrDestinations: true };
    const flows = await enforcementFlows(job, about, window, context);
    const { inside, groups, missed, cadences } = flows;
    const { answer, coverage } = inside;
    const named = rulesOfGroups([...groups, ...missed]);
    const words = new Map([...(await ruleWords(active, named, context)), ...(await ruleWords(then, named, context))]);
    const [stays, breaks] = [staying(answer), breaking(answer)];
    const warnings = enforcementWarnings(flows, window);
    const days = Math.round((window.endMs - window.startMs) / DAY_MS);
    const row = (group: (typeof groups)[number], inWindow: boolean): EnforcementRow => ({
      ...impactRow(group, words, cadences.get(group)),
      in_window: inWindow,
    });
    return {
      answer: enforcementSentence(answer, missed, {
        target: target.expression,
        mode,
        changing: changing.length,
        days,
        version,
      }),
      items: [...groups.map((group) => row(group, true)), ...missed.map((group) => row(group, false))],
      totals: {
        will_break: answer.totals.will_break,
        may_break: answer.totals.may_break,
        newly_allowed: answer.totals.newly_allowed,
        already_blocked: answer.totals.already_blocked,
        stays,
        before_window: countOf(missed),
        newly_blocked_rows: answer.newlyBlockedRows,
      },
      coverage: {
        ...coverage,
        truncated: coverage.truncated || !active.complete || !then.complete,
        gaps: [
          ...coverage.gaps,
          ...window.notes,
          ...blindSpots(own),
          ...(flows.beforeTruncated ? ['rows before the window beyond the cap'] : []),
          ...new Set([...active.gaps, ...then.gaps]),
        ],
      },
      extra: {
        target_mode: mode,
        policy: version,
        days,
        groups_before_window: missed.length,
        workloads_affected: changing.length,
        current_modes: modesText(own),
        ...present({
          safe_percent: safeShare(stays.connections, breaks.connections),
          safe_percent_of_edges: safeShare(stays.edges, breaks.edges),
          agreement_with_draft: agreementText(answer.draft),
          agreement_with_reported: agreementText(answer.reported),
        }),
        ...(warnings.length === 0 ? {} : { warnings }),
      },
      next:
        breaks.edges + missed.length === 0
          ? ['set-enforcement-mode changes the mode; verify-change looks afterwards.']
          : [`propose-policy app_name=${args.app_name} proposes the missing rules.`],
    };
  },
});
