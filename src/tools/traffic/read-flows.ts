import type { Coverage } from '../../answer/answer.ts';
import type { TrafficQuery } from '../../pce/traffic/query.ts';
import type { RemoteFlowTable } from '../../work/flows.ts';
import type { ToolContext } from '../tool.ts';

export interface Flows {
  readonly table: RemoteFlowTable;
  readonly coverage: Coverage;
  /** Raw observations before the PCE aggregated them, where it says; reported, never acted on. */
  readonly rawObservations: number | null;
}

const ALL_DECISIONS = ['allowed', 'potentially_blocked', 'blocked', 'unknown'];

/**
 * Runs `query` and gives `ask` the table of its rows, with the coverage that belongs to it; frees both afterwards. A cap was hit when
 * and only when as many rows arrived as were allowed.
 */
export async function withFlows<Result>(
  query: TrafficQuery,
  { pce, flows, signal, progress }: ToolContext,
  ask: (flows: Flows) => Promise<Result>,
): Promise<Result> {
  progress('Asking the PCE for traffic');
  const stream = await pce.traffic(query, { signal, onProgress: (state) => progress(`Traffic query ${state}`) });
  try {
    const table = await flows.load(stream, {
      signal,
      onRows: (rows) => progress('Reading flow rows', rows, stream.flowsCount ?? undefined),
    });
    try {
      progress('Summarising');
      const coverage = flowCoverage(query, table.totals.rows, stream.flowsCount);
      return await ask({ table, coverage, rawObservations: stream.matchesCount });
    } finally {
      table.close();
    }
  } finally {
    await stream.discard();
  }
}

function flowCoverage(query: TrafficQuery, rows: number, announced: number | null): Coverage {
  const { decisions, maxResults, start, end } = query;
  const capped = rows === maxResults;
  const short = announced !== null && rows < announced;
  const asked = decisions.length === 0 ? ALL_DECISIONS : decisions;
  const left = ALL_DECISIONS.filter((decision) => !asked.some((one) => one === decision));
  return {
    window: { start, end },
    rows_read: rows,
    row_cap: maxResults,
    truncated: capped || short,
    decisions: asked,
    gaps: [
      ...(capped
        ? [`rows beyond max_results (${maxResults}), if there are more: narrow the window or the filters`]
        : []),
      ...(short ? [`${announced - rows} of ${announced} rows that the PCE announced and did not send`] : []),
      ...(left.length === 0 ? [] : [`flows that were ${left.join(', ')}`]),
    ],
  };
}
