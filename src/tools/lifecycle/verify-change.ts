import { type EdgeGroup, groupEdges, rulesOfGroups } from '../../analysis/impact/group-edges.ts';
import { rfc3339 } from '../../core/time-window.ts';
import { envelope } from '../envelope.ts';
import { described, flag, integer, text, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { present } from '../present.ts';
import { appTarget } from '../segmentation/app-target.ts';
import { blindSpots } from '../segmentation/blind-spots.ts';
import { impactColumns, impactItem, impactRow, type ImpactRow } from '../segmentation/impact-rows.ts';
import { agreementText } from '../segmentation/last-flow.ts';
import { readPolicy } from '../segmentation/policy-reading.ts';
import { ruleWords } from '../segmentation/rule-words.ts';
import { defineTool } from '../tool.ts';
import { type BlockedEdge, blockedSince, type Since } from './blocked-since.ts';
import { changeMoment } from './change-moment.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const DEFAULT_MINUTES = 60;
const DEFAULT_BASELINE_DAYS = 7;
/** How often VENs report (traffic.md §5.1). */
const REPORT_MS = 10 * MINUTE_MS;

interface VerifyRow extends ImpactRow {
  readonly change: Since;
  /** False: blocked although the active policy does not. */
  readonly explained: boolean;
}

export default defineTool({
  name: 'verify-change',
  title: 'Verify a change',
  description:
    'After provisioning or a mode change: what is blocked now that passed before, by which rule, and whether to roll back. Looks at real flows; before a change use simulate-change.',
  toolset: 'lifecycle',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      version: described(integer, 'Policy version (default: newest)'),
      plan_id: described(text, 'Or an applied plan'),
      start_date: described(text, 'Or when: RFC 3339 with zone'),
      app_name: text,
      env_name: text,
      minutes: described({ ...integer, minimum: 1 }, 'Looked at after it (default 60)'),
      baseline_days: described({ ...integer, minimum: 1 }, 'Compared with before (default 7)'),
    },
  },
  output: envelope(
    { ...impactItem, explained: flag },
    { broke: integer, first_seen: integer, was_blocked: integer, unexplained: integer, connections_lost: integer },
    {
      extra: {
        advice: text,
        change: text,
        since: text,
        minutes: integer,
        baseline_days: integer,
        reasons: texts,
        agreement: text,
      },
    },
  ),
  example: { app_name: 'payments', env_name: 'prod', minutes: 60 },
  columns: [
    ...impactColumns.filter(({ header }) => header !== 'cadence'),
    { header: 'explained', value: (row: VerifyRow) => row.explained },
  ],

  async run(
    { minutes = DEFAULT_MINUTES, baseline_days: days = DEFAULT_BASELINE_DAYS, app_name: app, env_name: env, ...named },
    context,
  ) {
    const moment = await changeMoment(named, context);
    const target = app === undefined ? null : await appTarget({ app_name: app, env_name: env }, context);
    const policy = await readPolicy('active', context);
    const side = { include: target === null ? [] : [target.labels.map((label) => ({ label }))], exclude: [] };
    const about = target === null ? {} : { sources: side, destinations: side, sourcesOrDestinations: true };
    const toMs = moment.ms + minutes * MINUTE_MS;
    const { edges, answer, coverage } = await blockedSince(
      policy,
      { fromMs: moment.ms, toMs, baselineMs: days * DAY_MS },
      about,
      context,
    );
    const groups = SINCE.flatMap((since) =>
      [true, false].flatMap((explained) =>
        groupEdges(
          edges.filter((one) => one.since === since && one.explained === explained).map(({ edge }) => edge),
        ).map((group) => ({ group, since, explained })),
      ),
    );
    const words = await ruleWords(policy, rulesOfGroups(groups.map(({ group }) => group)), context);
    const count = (test: (one: BlockedEdge) => boolean): number => edges.filter(test).length;
    const broke = count(({ since }) => since === 'broke');
    const unexplained = count(({ since, explained }) => since !== 'was_blocked' && !explained);
    const firstSeen = count(({ since }) => since === 'first_seen');
    const lost = edges.reduce((sum, { since, edge }) => sum + (since === 'broke' ? edge.connections : 0), 0);
    const late = context.clock.now() - toMs < REPORT_MS;
    const own = target === null ? policy.workloads : policy.workloads.filter(target.owns);
    const advice = broke > 0 ? 'roll_back' : unexplained + firstSeen > 0 ? 'look' : 'go';
    const reasons = [
      ...(broke > 0 ? [`${plural(broke, 'edge')} that passed before ${broke === 1 ? 'is' : 'are'} blocked`] : []),
      ...(firstSeen > 0 ? [`${plural(firstSeen, 'blocked edge')} never seen before`] : []),
      ...(unexplained > 0
        ? [
            `${plural(unexplained, 'edge')} blocked although the active policy does not: a host firewall, or a VEN not in sync`,
          ]
        : []),
      ...(late ? ['VENs report every ten minutes: the last flows may not be in yet'] : []),
    ];
    return {
      answer:
        `Since ${moment.what} (${rfc3339(moment.ms)}, ${minutes} minutes): ` +
        (broke === 0
          ? 'nothing that passed before is blocked.'
          : `${plural(broke, 'edge')} that passed in the ${days} days before ${broke === 1 ? 'is' : 'are'} blocked, ${plural(lost, 'connection')} lost.`) +
        ` Advice: ${advice.replace('_', ' ')}.`,
      items: groups.map(({ group, since, explained }) => rowOf(group, words, { change: since, explained })),
      totals: {
        broke,
        first_seen: firstSeen,
        was_blocked: count(({ since }) => since === 'was_blocked'),
        unexplained,
        connections_lost: lost,
      },
      coverage: {
        ...coverage,
        truncated: coverage.truncated || !policy.complete,
        gaps: [...coverage.gaps, ...blindSpots(own), ...policy.gaps],
      },
      extra: {
        advice,
        change: moment.what,
        since: rfc3339(moment.ms),
        minutes,
        baseline_days: days,
        ...(reasons.length === 0 ? {} : { reasons }),
        ...present({ agreement: agreementText(answer.reported) }),
      },
      next:
        advice === 'roll_back'
          ? ['rollback-policy, undo-change or set-enforcement-mode take it back; simulate-change tries a missing rule.']
          : [],
    };
  },
});

const SINCE: readonly Since[] = ['broke', 'first_seen', 'was_blocked'];

function rowOf(
  group: EdgeGroup,
  words: Parameters<typeof impactRow>[1],
  told: Pick<VerifyRow, 'change' | 'explained'>,
): VerifyRow {
  // Judged under one policy only: what decided is what blocks, and what it lacks is what a breaking change would.
  const fromVerdict = { ...group.fromVerdict, rules: [] };
  const change = told.change === 'broke' ? 'will_break' : group.change;
  return { ...impactRow({ ...group, fromVerdict, change }, words), ...told };
}
