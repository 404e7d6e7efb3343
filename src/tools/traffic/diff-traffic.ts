import { type ChangedEdge, diffEdges, isNoise, type SeenEdge } from '../../analysis/traffic-diff.ts';
import type { Column } from '../../answer/answer.ts';
import { rfc3339, timeWindow } from '../../core/time-window.ts';
import type { RemoteFlowTable } from '../../work/flows.ts';
import { envelope } from '../envelope.ts';
import { described, flag, integer, text } from '../fields.ts';
import { plural } from '../listing.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { trafficQuery } from './filters.ts';
import { ALL_GROUPS } from './limits.ts';
import { withBothFlows } from './read-flows.ts';
import { renderArgument, viewOf } from './render.ts';
import { serviceFields, serviceText } from './service.ts';
import { targetAsDestination, targetAsSource } from './target.ts';

const DAY_MS = 86_400_000;
const DEFAULT_LOOKBACK_DAYS = 7;
const MOST_ROWS = 5_000;

const columns: readonly Column<DiffRow>[] = [
  { header: 'change', value: (row) => row.change },
  { header: 'risk', value: (row) => row.risk },
  { header: 'from', value: (row) => row.from },
  { header: 'to', value: (row) => row.to },
  { header: 'service', value: (row) => row.service },
  { header: 'policy', value: (row) => row.policy },
  { header: 'connections', value: (row) => row.connections },
  { header: 'before', value: (row) => row.connections_before },
  { header: 'first seen', value: (row) => row.first_seen },
  { header: 'last seen', value: (row) => row.last_seen },
  { header: 'why', value: (row) => row.why },
];

interface DiffRow {
  readonly change: ChangedEdge['change'];
  readonly risk: ChangedEdge['risk'];
  readonly why: string;
  readonly from: string;
  readonly to: string;
  readonly service: string;
  readonly port?: number;
  readonly proto?: string;
  readonly policy: string;
  readonly connections: number;
  readonly connections_before: number;
  readonly first_seen?: string;
  readonly last_seen?: string;
}

const windowSchema = { type: 'object', properties: { start: text, end: text } } as const;

export default defineTool({
  name: 'diff-traffic',
  title: 'Compare traffic of two windows',
  description:
    'Tells what is new, gone or much busier than in an earlier window, by application and tier, riskiest first. Not for policy changes: use review-draft.',
  toolset: 'traffic',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      start_date: described(text, 'Of the later window'),
      end_date: text,
      lookback_days: described({ ...integer, minimum: 1 }, 'Later window, default 7'),
      baseline_start_date: described(text, 'Default: as long, just before'),
      baseline_end_date: text,
      scope: described(text, 'Either end: labels, host, IP'),
      ignore_noise: described(flag, 'Default true'),
      render: renderArgument,
    },
  },
  output: envelope(
    {
      change: text,
      risk: text,
      why: text,
      from: text,
      to: text,
      service: text,
      port: integer,
      proto: text,
      policy: text,
      connections: integer,
      connections_before: integer,
      first_seen: text,
      last_seen: text,
    },
    { new: integer, vanished: integer, grown: integer, high: integer, edges_before: integer, edges_now: integer },
    { extra: { baseline: windowSchema } },
  ),
  example: { lookback_days: 7, scope: 'env=prod' },
  columns,

  async run(args, context) {
    const { scope, ignore_noise: ignoreNoise = true, render } = args;
    const { query, window } = await trafficQuery(
      {
        ...args,
        lookback_days: args.lookback_days ?? (args.start_date === undefined ? DEFAULT_LOOKBACK_DAYS : undefined),
      },
      context,
    );
    const length = window.endMs - window.startMs;
    const baselineEnd = args.baseline_end_date ?? rfc3339(window.startMs - 1_000);
    const baseline = timeWindow(
      {
        startDate: args.baseline_start_date,
        endDate: baselineEnd,
        lookbackDays: args.baseline_start_date === undefined ? length / DAY_MS : undefined,
      },
      window.endMs,
      DEFAULT_LOOKBACK_DAYS,
    );
    const scoped =
      scope === undefined
        ? query
        : {
            ...query,
            sources: await targetAsSource(scope, context),
            destinations: await targetAsDestination(scope, context),
            sourcesOrDestinations: true,
          };
    const earlier = { ...scoped, start: baseline.start, end: baseline.end };
    return withBothFlows([scoped, earlier], context, async (now, then) => {
      const [after, before] = await Promise.all([
        edgesOf(now.table, context.signal),
        edgesOf(then.table, context.signal),
      ]);
      const keep = (edges: readonly SeenEdge[]) => (ignoreNoise ? edges.filter((edge) => !isNoise(edge)) : edges);
      const changed = diffEdges(keep(before), keep(after), {
        daysBefore: (baseline.endMs - baseline.startMs) / DAY_MS,
        daysAfter: length / DAY_MS,
      });
      const items = changed.slice(0, MOST_ROWS).map(rowOf);
      const count = (change: ChangedEdge['change']): number => changed.filter((edge) => edge.change === change).length;
      const high = changed.filter(({ risk }) => risk === 'high');
      const [first] = high;
      const dropped = ignoreNoise ? before.length + after.length - keep(before).length - keep(after).length : 0;
      return {
        answer:
          `${plural(count('new'), 'new edge')}, ${count('grown')} grown, ${count('vanished')} gone between the window from ${baseline.start} and the one from ${window.start} to ${window.end}.` +
          (first === undefined
            ? ' None is of high risk.'
            : ` ${high.length} of high risk, first ${first.from} to ${first.to} on ${serviceOf(first)}.`),
        items,
        totals: {
          new: count('new'),
          vanished: count('vanished'),
          grown: count('grown'),
          high: high.length,
          edges_before: before.length,
          edges_now: after.length,
        },
        coverage: {
          ...now.coverage,
          rows_read: now.coverage.rows_read + then.coverage.rows_read,
          row_cap: (now.coverage.row_cap ?? 0) + (then.coverage.row_cap ?? 0),
          truncated: now.coverage.truncated || then.coverage.truncated || items.length < changed.length,
          gaps: [
            ...now.coverage.gaps,
            ...then.coverage.gaps.map((gap) => `baseline: ${gap}`),
            ...window.notes,
            ...(dropped > 0 ? [`${dropped} edges of discovery, broadcast, ICMP and dynamic ports (ignore_noise)`] : []),
            ...(items.length < changed.length ? [`${changed.length - items.length} further edges`] : []),
          ],
        },
        extra: { baseline: { start: baseline.start, end: baseline.end } },
        view: viewOf(render, items),
      };
    });
  },
});

/** Edges between tiers of applications: hosts come and go, tiers are what a person recognises. */
async function edgesOf(table: RemoteFlowTable, signal: AbortSignal): Promise<readonly SeenEdge[]> {
  const { groups } = await table.ask(
    {
      by: ['source_party', 'destination_party', 'proto', 'port', 'policy'],
      identity: ['app', 'env', 'role'],
      limit: ALL_GROUPS,
    },
    signal,
  );
  return groups.map(({ key: [from, to, proto, port, policy], connections, firstSeen, lastSeen }) => ({
    from: from ?? 'unknown',
    to: to ?? 'unknown',
    proto: proto ? Number(proto) : null,
    port: port ? Number(port) : null,
    policy: policy ?? 'unknown',
    connections,
    firstSeen,
    lastSeen,
  }));
}

const textOf = (value: number | null): string | null => (value === null ? null : String(value));
const serviceOf = ({ proto, port }: SeenEdge): string => serviceText(textOf(proto), textOf(port));

const rowOf = (edge: ChangedEdge): DiffRow => ({
  change: edge.change,
  risk: edge.risk,
  why: edge.why,
  from: edge.from,
  to: edge.to,
  service: serviceOf(edge),
  ...serviceFields(textOf(edge.proto), textOf(edge.port)),
  policy: edge.policy,
  connections: edge.connections,
  connections_before: edge.before,
  ...present({ first_seen: edge.firstSeen, last_seen: edge.lastSeen }),
});
