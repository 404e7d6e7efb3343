import type { Coverage } from '../../answer/answer.ts';
import type { JudgeAnswer, JudgeJob } from '../../model/impact/question.ts';
import type { TrafficQuery } from '../../pce/traffic/query.ts';
import { plural } from '../listing.ts';
import type { ToolContext } from '../tool.ts';
import { MAX_ROWS } from '../traffic/filters.ts';
import { withFlows } from '../traffic/read-flows.ts';

/** Which flows: everything unless narrowed. */
export type About = Partial<Omit<TrafficQuery, 'start' | 'end' | 'draftDecisions'>>;

export interface Judged {
  readonly answer: JudgeAnswer;
  readonly coverage: Coverage;
}

export interface Window {
  readonly start: string;
  readonly end: string;
}

const ANY = { include: [], exclude: [] };

/** A query for the flows of a window. */
export const flowQuery = (name: string, { start, end }: Window, about: About = {}): TrafficQuery => ({
  name,
  sources: ANY,
  destinations: ANY,
  services: ANY,
  sourcesOrDestinations: false,
  decisions: [],
  excludeWorkloadsFromIpListQuery: true,
  maxResults: MAX_ROWS,
  ...about,
  start,
  end,
});

/** The flows of a query judged under two policies in the worker that reads them. The PCE's draft decisions are asked for where the job wants them. */
export function judgedFlows(job: JudgeJob, query: TrafficQuery, context: ToolContext): Promise<Judged> {
  const asked = { ...query, draftDecisions: job.draft !== undefined };
  return withFlows(asked, context, async ({ table, coverage }) => {
    context.progress('Judging the flows');
    const answer = await table.judge(job, context.signal);
    return { answer, coverage: { ...coverage, gaps: [...coverage.gaps, ...gapsOf(answer)] } };
  });
}

function gapsOf({ unjudgedRows, strangerRows, edgeCount, edges }: JudgeAnswer): readonly string[] {
  const uncounted = edgeCount - edges.length;
  return [
    ...(unjudgedRows === 0 ? [] : [`${plural(unjudgedRows, 'row')} without an address at one end`]),
    ...(strangerRows === 0
      ? []
      : [`labels and modes of workloads in ${plural(strangerRows, 'row')}: deleted since, or not visible to you`]),
    ...(uncounted === 0 ? [] : [`${uncounted} of ${edgeCount} edges, which are only counted`]),
  ];
}
