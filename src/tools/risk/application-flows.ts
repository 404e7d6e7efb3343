import { type AppFlow, appFlows, type DirectionCoverage } from '../../analysis/coverage.ts';
import type { TrafficQuery } from '../../pce/traffic/query.ts';
import type { RemoteFlowTable } from '../../work/flows.ts';
import { plural } from '../listing.ts';
import type { ToolContext } from '../tool.ts';
import { MAX_ROWS, trafficQuery } from '../traffic/filters.ts';
import type { Application } from './application.ts';

export const DEFAULT_LOOKBACK_DAYS = 30;

/** Everything an application sent or received in the window: one query, whose rows say which end it is. */
export async function applicationQuery(
  { app, env }: Application,
  lookbackDays: number | undefined,
  context: Pick<ToolContext, 'pce' | 'clock' | 'signal'>,
): Promise<TrafficQuery> {
  const { query } = await trafficQuery({ lookback_days: lookbackDays ?? DEFAULT_LOOKBACK_DAYS }, context);
  const own = { include: [[{ label: app.href }, { label: env.href }]], exclude: [] };
  return { ...query, sources: own, destinations: own, sourcesOrDestinations: true };
}

/** The rows of such a query by direction, other application, decision and service. */
export async function readAppFlows(
  table: RemoteFlowTable,
  { app, env }: Application,
  signal: AbortSignal,
): Promise<readonly AppFlow[]> {
  const { groups } = await table.ask(
    {
      by: ['source_app', 'source_env', 'destination_app', 'destination_env', 'policy', 'port', 'proto'],
      limit: MAX_ROWS,
    },
    signal,
  );
  return appFlows(groups, { app: app.value, env: env.value });
}

export function unknownGap({ byDecision }: DirectionCoverage): readonly string[] {
  const unknown = byDecision['unknown'];
  return unknown === undefined
    ? []
    : [`${plural(unknown.rows, 'row')} with the decision unknown (idle agents): not in the percentages`];
}
