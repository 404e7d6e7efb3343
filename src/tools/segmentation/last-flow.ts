import { rfc3339 } from '../../core/time-window.ts';
import type { JudgeAnswer } from '../../model/impact/question.ts';
import type { TrafficService } from '../../pce/traffic/query.ts';
import { plural } from '../listing.ts';
import type { ToolContext } from '../tool.ts';
import { withFlows } from '../traffic/read-flows.ts';
import type { Ends } from './flow-ends.ts';
import type { ReadPolicy } from './policy-reading.ts';

/** A PCE keeps about so much history (traffic.md §8.6). */
export const HISTORY_DAYS = 90;
const DAY_MS = 86_400_000;
const MAX_ROWS = 20_000;

export interface LastFlow {
  readonly answer: JudgeAnswer;
  readonly lastSeen: string | null;
  readonly connections: number;
  readonly rows: number;
  /** Reported decisions with their rows. */
  readonly reported: string;
  readonly coverage: {
    readonly window: { readonly start: string; readonly end: string };
    readonly gaps: readonly string[];
  };
}

/** The flow as it was really seen in the last 90 days, and how the engine's word for it compares with the PCE's. Null without a query word. */
export async function lastFlow(
  { actors: sources }: Ends,
  { actors: destinations }: Ends,
  service: TrafficService,
  policy: ReadPolicy,
  context: ToolContext,
): Promise<LastFlow | null> {
  if (sources === null || destinations === null) return null;
  const nowMs = Math.floor(context.clock.now() / 1_000) * 1_000;
  const window = { start: rfc3339(nowMs - HISTORY_DAYS * DAY_MS), end: rfc3339(nowMs) };
  const query = {
    name: 'illumio-mcp explain-flow',
    ...window,
    sources: { include: sources, exclude: [] },
    destinations: { include: destinations, exclude: [] },
    services: { include: [service], exclude: [] },
    sourcesOrDestinations: false,
    decisions: [],
    excludeWorkloadsFromIpListQuery: false,
    maxResults: MAX_ROWS,
    draftDecisions: policy.version === 'draft',
  };
  return withFlows(query, context, async ({ table, coverage }) => {
    const { source } = policy;
    const draft = policy.version === 'draft' ? source : undefined;
    const answer = await table.judge({ from: source, to: source, list: [], limit: 0, draft }, context.signal);
    const { lastSeen, connections, rows, byDecision } = table.totals;
    return {
      answer,
      lastSeen,
      connections,
      rows,
      reported: Object.entries(byDecision)
        .map(([decision, count]) => `${decision} ${count.rows}`)
        .join(', '),
      coverage: { window, gaps: coverage.gaps },
    };
  });
}

/** `12 of 12 rows`, with the first difference; null where nothing could be compared. */
export function agreementText({ compared, agreeing, differences }: JudgeAnswer['draft']): string | null {
  if (compared === 0) return null;
  const [first] = differences;
  const other =
    first === undefined
      ? ''
      : ` (PCE ${first.pce} where the engine says ${first.engine} on ${plural(first.rows, 'row')})`;
  return `${agreeing} of ${plural(compared, 'row')}${other}`;
}
