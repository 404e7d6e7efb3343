import type { Cadence } from '../../analysis/impact/cadence.ts';
import { breaks, type EdgeGroup, groupEdges, isRare } from '../../analysis/impact/group-edges.ts';
import { rfc3339, type TimeWindow } from '../../core/time-window.ts';
import type { JudgedEdge, JudgeJob } from '../../model/impact/question.ts';
import type { TrafficQuery } from '../../pce/traffic/query.ts';
import type { ToolContext } from '../tool.ts';
import { type Judged, judgedFlows } from './judged-flows.ts';
import { readCadences } from './read-cadence.ts';

const DAY_MS = 86_400_000;
/** A PCE keeps about so much (traffic.md §8.6: num_flows_days_limit). */
const HISTORY_MS = 90 * DAY_MS;

export interface EnforcementFlows {
  readonly inside: Judged;
  /** What breaks among the flows of the window. */
  readonly groups: readonly EdgeGroup[];
  /** What would break among flows seen in the 90 days before the end of the window, but not in the window. */
  readonly missed: readonly EdgeGroup[];
  /** What goes on passing but runs so rarely that a look at the window, or a test after the change, misses it: month-end jobs. */
  readonly rare: readonly EdgeGroup[];
  /** False when the window itself holds all the history there is. */
  readonly lookedBefore: boolean;
  /** Rows before the window were cut. */
  readonly beforeTruncated: boolean;
  readonly cadences: ReadonlyMap<EdgeGroup, Cadence>;
}

const edgeId = ({ source, destination, proto, port }: JudgedEdge): string =>
  `${source.workload ?? source.ip} ${destination.workload ?? destination.ip} ${proto} ${port}`;

/** The flows of `query` judged by the job, and what the history before the window adds. */
export async function enforcementFlows(
  job: JudgeJob,
  query: TrafficQuery,
  window: TimeWindow,
  context: ToolContext,
): Promise<EnforcementFlows> {
  const inside = await judgedFlows(job, query, context);
  const historyMs = window.endMs - HISTORY_MS;
  const lookedBefore = historyMs < window.startMs;
  const past = { start: rfc3339(historyMs), end: rfc3339(window.startMs - 1_000) };
  const before = lookedBefore ? await judgedFlows({ ...job, draft: undefined }, { ...query, ...past }, context) : null;
  const seen = new Set(inside.answer.edges.map(edgeId));
  const now = groupEdges(inside.answer.edges);
  const earlier = groupEdges((before?.answer.edges ?? []).filter((edge) => !seen.has(edgeId(edge))));
  const [groups, missed] = [now.filter(breaks), earlier.filter(breaks)];
  const candidates = [...now, ...earlier].filter((group) => !breaks(group) && isRare(group, window.endMs));
  const all = [...groups, ...missed, ...candidates];
  const span = { startMs: Math.min(historyMs, window.startMs), endMs: window.endMs };
  const cadences = all.length === 0 ? new Map<EdgeGroup, Cadence>() : await readCadences(all, query, span, context);
  return {
    inside,
    groups,
    missed,
    rare: candidates.filter((group) => cadences.get(group) === 'monthly' || cadences.get(group) === 'once'),
    lookedBefore,
    beforeTruncated: before?.coverage.truncated === true,
    cadences,
  };
}
