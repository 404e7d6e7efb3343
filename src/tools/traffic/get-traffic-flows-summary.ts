import { Failure } from '../../core/errors.ts';
import type { RemoteFlowTable } from '../../work/flows.ts';
import { envelope } from '../envelope.ts';
import { counts, described, integer, oneOf, text, texts } from '../fields.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { trafficFilters, trafficQuery } from './filters.ts';
import { groupedRows } from './grouped.ts';
import { type Flows, withFlows } from './read-flows.ts';
import { columns, sentence } from './summary-text.ts';
import { sections } from './summary-view.ts';

const DEFAULT_IDENTITY = ['app', 'env'];

const NEXT = {
  standard: 'detail_level=full lists up to 2000 rows of each section.',
  full: 'Narrow the filters or the window to see the rest of the sections named in truncated_sections.',
} as const;

const processDestination = {
  type: 'object',
  properties: { to: text, port: integer, proto: text, policy: text, connections: integer, process_runs_on: text },
} as const;

const decisionCounts = {
  type: 'object',
  additionalProperties: { type: 'object', properties: { rows: integer, connections: integer } },
} as const;

export default defineTool({
  name: 'get-traffic-flows-summary',
  title: 'Summarise traffic',
  description:
    'Summarises observed traffic with exact totals: app to app, blocked, external destinations, processes; or group_by. Use it first for traffic; not for policy without traffic.',
  toolset: 'traffic',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      ...trafficFilters,
      group_by: described(texts, 'Like source_app, port; instead of sections'),
      identity_labels: described(texts, 'Default app, env'),
      detail_level: described(oneOf('standard', 'full'), 'Default standard'),
    },
  },
  output: envelope(
    {
      section: text,
      from: text,
      to: text,
      process: text,
      port: integer,
      proto: text,
      policy: text,
      services: texts,
      connections: integer,
      destination_count: integer,
      users: texts,
      destinations: { type: 'array', items: processDestination },
      rows: integer,
      bytes_in: integer,
      bytes_out: integer,
      first_seen: text,
      last_seen: text,
    },
    {
      rows: integer,
      connections: integer,
      distinct_connections: integer,
      edges: integer,
      distinct_processes: integer,
      raw_observations: integer,
      by_decision: decisionCounts,
      section_totals: counts,
    },
    { open: true, extra: { truncated_sections: texts, identity_labels: texts, label_dimensions: texts } },
  ),
  example: { start_date: '2025-06-01', end_date: '2025-06-07', include_destinations: ['app=ordering env=prod'] },
  columns,

  async run(args, context) {
    const { query, window } = await trafficQuery(args, context);
    const { signal } = context;
    const detail = args.detail_level ?? 'standard';
    return withFlows(query, context, async (flows) => {
      const { table } = flows;
      const identity = args.identity_labels ?? DEFAULT_IDENTITY;
      checkIdentity(args.identity_labels ?? [], table);
      const view =
        args.group_by === undefined || args.group_by.length === 0
          ? await sections(table, { identity, detail, signal })
          : await groupedRows(table, args.group_by, { full: detail === 'full', signal });
      const coverage = { ...flows.coverage, gaps: [...flows.coverage.gaps, ...window.notes, ...view.gaps] };
      return {
        answer: sentence(flows, coverage.window, view.rows),
        items: view.rows,
        totals: { ...totalsOf(flows), ...view.totals },
        coverage,
        next: view.truncatedSections.length === 0 ? undefined : [NEXT[detail]],
        extra: {
          ...(view.truncatedSections.length === 0 ? {} : { truncated_sections: view.truncatedSections }),
          identity_labels: identity,
          label_dimensions: table.labelKeys,
        },
      };
    });
  },
});

/** A key that no row carries would name every application "unlabelled". */
function checkIdentity(asked: readonly string[], table: RemoteFlowTable): void {
  const unknown = asked.filter((key) => !table.labelKeys.includes(key));
  if (unknown.length === 0 || table.totals.rows === 0) return;
  throw new Failure('label_not_found', {
    message: `No flow carries a label with the key ${unknown.join(', ').slice(0, 100)}.`,
    remedy: 'Use label keys that the flows carry.',
    data: { candidates: table.labelKeys },
  });
}

const totalsOf = ({ table: { totals }, rawObservations }: Flows): Readonly<Record<string, unknown>> => ({
  rows: totals.rows,
  connections: totals.connections,
  distinct_connections: totals.distinctConnections,
  edges: totals.edges,
  ...present({ raw_observations: rawObservations }),
  by_decision: totals.byDecision,
});
