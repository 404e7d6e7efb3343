import type { EdgeGroup } from '../../analysis/impact/group-edges.ts';
import type { ChangeCount, JudgeAnswer } from '../../model/impact/question.ts';
import { plural } from '../listing.ts';
import { portText } from '../protocols.ts';
import type { EnforcementFlows } from './enforcement-flows.ts';

const NOTHING: ChangeCount = { edges: 0, rows: 0, connections: 0 };

const added = (counts: readonly ChangeCount[]): ChangeCount =>
  counts.reduce(
    (sum, { edges, rows, connections }) => ({
      edges: sum.edges + edges,
      rows: sum.rows + rows,
      connections: sum.connections + connections,
    }),
    NOTHING,
  );

/** Everything that passes before and after. */
export const staying = ({ totals }: JudgeAnswer): ChangeCount =>
  added([
    totals.stays_allowed,
    totals.stays_unprotected,
    totals.unenforced,
    totals.loses_rule,
    totals.gains_rule,
    totals.newly_allowed,
  ]);

export const breaking = ({ totals }: JudgeAnswer): ChangeCount => added([totals.will_break, totals.may_break]);

export const countOf = (groups: readonly EdgeGroup[]): ChangeCount =>
  added(groups.map(({ edges, rows, connections }) => ({ edges: edges.length, rows, connections })));

/** How much of what passes goes on passing, in percent; null where nothing passes, because then there is nothing to judge by. */
export const safeShare = (stays: number, breaks: number): number | null =>
  stays + breaks === 0 ? null : Math.floor((1_000 * stays) / (stays + breaks)) / 10;

const DAY_MS = 86_400_000;
const MONTH_DAYS = 31;

/** What somebody should know before the night of the change. */
export function enforcementWarnings(
  { groups, missed, rare, cadences, lookedBefore }: EnforcementFlows,
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
): readonly string[] {
  const days = (endMs - startMs) / DAY_MS;
  return [
    ...missed.map(
      (group) =>
        `Not in the window, but would break: ${group.from} -> ${group.to}, last seen ${group.lastSeen ?? 'at an unknown time'}, ${cadences.get(group) ?? 'irregular'}.`,
    ),
    ...groups.flatMap((group) => {
      const cadence = cadences.get(group);
      return cadence === 'monthly' || cadence === 'once'
        ? [`Rare, easily missed in a test: ${group.from} -> ${group.to} runs ${cadence}.`]
        : [];
    }),
    ...rare.map(
      (group) =>
        `Runs ${cadences.get(group) ?? 'rarely'}, goes on passing: ${group.from} -> ${group.to} on ${portText(group.proto, group.port)}, last seen ${group.lastSeen ?? 'at an unknown time'}; keep its rule.`,
    ),
    ...(days < MONTH_DAYS && !lookedBefore
      ? ['The window is shorter than a month: month-end jobs may not be in it.']
      : []),
  ];
}

export function enforcementSentence(
  answer: JudgeAnswer,
  missed: readonly EdgeGroup[],
  told: {
    readonly target: string;
    readonly mode: string;
    readonly changing: number;
    readonly days: number;
    readonly version: string;
  },
): string {
  const breaks = breaking(answer);
  const stays = staying(answer);
  const what = `${told.target} in ${told.mode} (${plural(told.changing, 'workload')} change mode) under the ${told.version} rules`;
  const late =
    missed.length === 0
      ? ''
      : ` ${plural(missed.length, 'further group')} of flows seen only before the window would break too.`;
  if (breaks.edges + stays.edges === 0)
    return `No flow that passes was seen in ${plural(told.days, 'day')}, so nothing can be said about ${what}.${late}`;
  const share = safeShare(stays.connections, breaks.connections);
  const verdict =
    breaks.edges === 0
      ? 'breaks nothing that was seen'
      : `would break ${plural(breaks.edges, 'edge')} with ${plural(breaks.connections, 'connection')}`;
  return `${what} ${verdict} in ${plural(told.days, 'day')}: ${share ?? 0} % of the connections are safe.${late}`;
}
