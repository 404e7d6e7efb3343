import type { Column } from '../../answer/answer.ts';
import { envelope } from '../envelope.ts';
import { counts, described, flag, integer, number, text, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { defineTool } from '../tool.ts';
import { trafficItems } from './ends.ts';
import { decisionsArgument, trafficQuery } from './filters.ts';
import { findingsOf, identitiesOf, type IdentityRow } from './identities.ts';
import { withFlows } from './read-flows.ts';
import { renderArgument, viewOf } from './render.ts';
import { windowText } from './words.ts';

const MAX_EDGES = 400;

const columns: readonly Column<IdentityRow>[] = [
  { header: 'identity', value: (row) => row.identity },
  { header: 'type', value: (row) => row.type },
  { header: 'seen as', value: (row) => row.seen_as.join(', ') },
  { header: 'workloads', value: (row) => row.workload_count },
  { header: 'on', value: (row) => row.observed_on_workloads.join(', ') },
  { header: 'apps', value: (row) => row.distinct_apps },
  { header: 'connections', value: (row) => row.connections },
  { header: 'rows', value: (row) => row.flow_rows },
  { header: 'destinations', value: (row) => row.destinations.join(', ') },
  { header: 'of', value: (row) => row.distinct_destinations },
  { header: 'external', value: (row) => row.external_destinations.join(', ') },
  { header: 'ports', value: (row) => row.ports.join(', ') },
  { header: 'processes', value: (row) => row.processes.join(', ') },
  {
    header: 'decisions',
    value: (row) =>
      Object.entries(row.policy_decisions)
        .map(([decision, connections]) => `${decision} ${connections}`)
        .join(', '),
  },
  { header: 'first seen', value: (row) => row.first_seen },
  { header: 'last seen', value: (row) => row.last_seen },
  { header: 'active days', value: (row) => row.active_days },
  { header: 'density', value: (row) => row.activity_density },
  { header: 'because', value: (row) => row.classified_because },
];

const finding = { type: 'object', properties: { level: text, identity: text, finding: text } } as const;
const edge = { type: 'object', properties: { from: text, to: text, connections: integer } } as const;

export default defineTool({
  name: 'build-identity-graph',
  title: 'Build the graph of accounts',
  description:
    'Shows which accounts act on which workloads and applications, people told from services, what to review. For one host or account use explain-activity.',
  toolset: 'traffic',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      identity: described(texts, 'Only these accounts, parts of names'),
      include_service_accounts: described(flag, 'Default true'),
      include_edges: described(flag, 'Account to application, up to 400'),
      include_sources: texts,
      include_destinations: texts,
      policy_decisions: decisionsArgument,
      start_date: text,
      end_date: text,
      lookback_days: described({ ...integer, minimum: 1 }, 'Default 30'),
      top: described({ ...integer, minimum: 1 }, 'Entries per list, default 5'),
      render: renderArgument,
    },
  },
  output: envelope(
    {
      identity: text,
      type: text,
      classified_because: text,
      seen_as: texts,
      observed_on_workloads: texts,
      workload_count: integer,
      distinct_apps: integer,
      external_destinations: texts,
      distinct_destinations: integer,
      connections: integer,
      flow_rows: integer,
      destinations: texts,
      ports: texts,
      processes: texts,
      policy_decisions: counts,
      first_seen: text,
      last_seen: text,
      active_days: integer,
      window_days: integer,
      activity_density: number,
    },
    {
      flow_rows: integer,
      rows_with_identity: integer,
      rows_without_identity: integer,
      identities: integer,
      interactive: integer,
      service: integer,
      edges: integer,
    },
    {
      extra: {
        findings: { type: 'array', items: finding },
        edges: { type: 'array', items: edge },
        edges_truncated: flag,
        metrics_note: text,
      },
    },
  ),
  example: { identity: ['jakub'], lookback_days: 30 },
  columns,

  async run(args, context) {
    const { include_service_accounts: services = true, include_edges: withEdges = false, top = 5 } = args;
    const { pce, signal } = context;
    const [{ query, window }, sources, destinations] = await Promise.all([
      trafficQuery({ ...args, include_sources: undefined, include_destinations: undefined }, context),
      pce.resolve.sources(trafficItems(args.include_sources), [], { signal }),
      pce.resolve.destinations(trafficItems(args.include_destinations), [], { signal }),
    ]);
    return withFlows({ ...query, sources, destinations }, context, async ({ table, coverage }) => {
      const { identities, edges, rowsWithIdentity } = await identitiesOf(table, {
        containing: args.identity ?? [],
        top,
        startMs: window.startMs,
        endMs: window.endMs,
        signal,
      });
      const shown = identities.filter(({ type }) => services || type !== 'service');
      const findings = findingsOf(shown);
      const interactive = shown.filter(({ type }) => type === 'interactive').length;
      const names = new Set(shown.map(({ identity }) => identity));
      const shownEdges = edges.filter(({ from }) => names.has(from));
      const without = table.totals.rows - rowsWithIdentity;
      const review = findings.filter(({ level }) => level === 'review');
      return {
        answer: `${plural(shown.length, 'account')} (${interactive} of people) in ${rowsWithIdentity} of ${plural(table.totals.rows, 'flow row')}${windowText(coverage)}; ${review.length} to review.`,
        items: shown,
        totals: {
          flow_rows: table.totals.rows,
          rows_with_identity: rowsWithIdentity,
          rows_without_identity: without,
          identities: shown.length,
          interactive,
          service: shown.length - interactive,
          edges: shownEdges.length,
          review: review.length,
        },
        coverage: {
          ...coverage,
          gaps: [
            ...coverage.gaps,
            ...window.notes,
            ...(without > 0
              ? [`the accounts of ${plural(without, 'row')} that name none (blocked flows never do)`]
              : []),
            ...(services ? [] : ['service accounts (include_service_accounts)']),
          ],
        },
        extra: {
          findings,
          metrics_note:
            'An account is seen on the side whose agent reported. active_days are the days between first and last time of its flows: the PCE keeps no more.',
          ...(withEdges
            ? { edges: shownEdges.slice(0, MAX_EDGES), edges_truncated: shownEdges.length > MAX_EDGES }
            : {}),
        },
        view: viewOf(
          args.render,
          shownEdges.map((one) => ({ ...one, service: plural(one.connections, 'connection') })),
        ),
      };
    });
  },
});
