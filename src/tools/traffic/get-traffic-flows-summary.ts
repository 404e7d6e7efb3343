import type { Column } from '../../answer/answer.ts';
import { Failure } from '../../core/errors.ts';
import type { FlowTotals } from '../../model/flows/question.ts';
import type { RemoteFlowTable } from '../../work/flows.ts';
import { envelope } from '../envelope.ts';
import { counts, described, integer, oneOf, text, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { appPairs } from './app-pairs.ts';
import { trafficFilters, trafficQuery } from './filters.ts';
import { groupedRows } from './grouped.ts';
import { TO_MANY } from './outside.ts';
import { type Flows, withFlows } from './read-flows.ts';
import { blockedFlows, byProcess, externalDestinations } from './sections.ts';
import type { ProcessDestination, Section, SectionRows, SummaryRow } from './summary-row.ts';

const DEFAULT_IDENTITY = ['app', 'env'];

/** Rows per section. `standard` makes one page of about 2,000 tokens. */
const LIMITS = {
  standard: { app_to_app: 16, blocked: 8, external_destinations: 8, by_process: 5, destinations: 2 },
  full: { app_to_app: 2_000, blocked: 2_000, external_destinations: 2_000, by_process: 500, destinations: 10 },
} as const satisfies Record<string, Record<Section | 'destinations', number>>;

const processDestination = {
  type: 'object',
  properties: { to: text, port: integer, proto: text, policy: text, connections: integer, process_runs_on: text },
} as const;

const decisionCounts = {
  type: 'object',
  additionalProperties: { type: 'object', properties: { rows: integer, connections: integer } },
} as const;

const columns: readonly Column<SummaryRow>[] = [
  { header: 'section', value: (row) => row.section },
  { header: 'from', value: (row) => row.from },
  { header: 'to', value: (row) => row.to },
  { header: 'process', value: (row) => row.process },
  { header: 'services', value: (row) => row.services?.join(', ') ?? portOf(row) },
  { header: 'policy', value: (row) => row.policy },
  { header: 'connections', value: (row) => row.connections },
  { header: 'details', value: detailsOf },
];

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
          ? await sections(table, { identity, limits: LIMITS[detail], signal })
          : await groupedRows(table, args.group_by, { full: detail === 'full', signal });
      const coverage = { ...flows.coverage, gaps: [...flows.coverage.gaps, ...window.notes, ...view.gaps] };
      return {
        answer: sentence(table.totals, coverage.window, view.rows),
        items: view.rows,
        totals: { ...totalsOf(flows), ...view.totals },
        coverage,
        next: view.truncatedSections.length === 0 ? undefined : ['detail_level=full lists every row of every section.'],
        extra: {
          ...(view.truncatedSections.length === 0 ? {} : { truncated_sections: view.truncatedSections }),
          identity_labels: identity,
          label_dimensions: table.labelKeys,
        },
      };
    });
  },
});

interface SummaryView {
  readonly rows: readonly SummaryRow[];
  readonly totals: Readonly<Record<string, unknown>>;
  readonly truncatedSections: readonly string[];
  readonly gaps: readonly string[];
}

async function sections(
  table: RemoteFlowTable,
  {
    identity,
    limits,
    signal,
  }: {
    readonly identity: readonly string[];
    readonly limits: Readonly<Record<Section | 'destinations', number>>;
    readonly signal: AbortSignal;
  },
): Promise<SummaryView> {
  const [pairs, blocked, external, processes] = await Promise.all([
    appPairs(table, { identity, limit: limits.app_to_app, signal }),
    blockedFlows(table, { limit: limits.blocked, signal }),
    externalDestinations(table, { limit: limits.external_destinations, signal }),
    byProcess(table, { limit: limits.by_process, destinations: limits.destinations, signal }),
  ]);
  const all: Readonly<Record<Section, SectionRows>> = {
    app_to_app: pairs,
    blocked,
    external_destinations: external,
    by_process: processes,
  };
  const named = Object.entries(all);
  return {
    rows: named.flatMap(([, { rows }]) => rows),
    totals: {
      distinct_processes: processes.total,
      section_totals: Object.fromEntries(named.map(([name, { total }]) => [name, total])),
    },
    truncatedSections: named.filter(([, { rows, total }]) => rows.length < total).map(([name]) => name),
    gaps:
      processes.rowsWithoutProcess === 0
        ? []
        : [`the processes of ${processes.rowsWithoutProcess} rows, which name none`],
  };
}

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

function sentence(
  totals: FlowTotals,
  window: { readonly start: string; readonly end: string } | undefined,
  rows: readonly SummaryRow[],
): string {
  const when = window === undefined ? '' : ` from ${window.start} to ${window.end}`;
  if (totals.rows === 0) return `No traffic matches${when}.`;
  const decisions = Object.entries(totals.byDecision)
    .sort(([, a], [, b]) => b.connections - a.connections)
    .map(([decision, { connections }]) => `${connections} ${decision.replaceAll('_', ' ')}`);
  const busiest = rows.find(({ to = '' }) => !TO_MANY.some((many) => many === to));
  const top =
    busiest?.section === 'app_to_app'
      ? ` Busiest: ${busiest.from} to ${busiest.to} (${plural(busiest.connections, 'connection')}, ${busiest.policy}).`
      : '';
  return `${plural(totals.connections, 'connection')} in ${plural(totals.rows, 'flow row')}${when}: ${decisions.join(', ')}.${top}`;
}

const portOf = ({ section, port, proto }: SummaryRow): string | undefined =>
  section === 'group_by' ? undefined : [port, proto].filter((part) => part !== undefined).join('/');

function detailsOf(row: SummaryRow): string {
  const { destination_count: count, users = [], destinations = [] } = row;
  return [
    count === undefined ? '' : plural(count, 'destination'),
    users.length === 0 ? '' : `users ${users.join(', ')}`,
    ...destinations.map(destinationText),
    row.section === 'group_by' ? groupText(row) : '',
  ]
    .filter((part) => part !== '')
    .join('; ');
}

const destinationText = ({ process_runs_on, to, port, proto, policy, connections }: ProcessDestination): string =>
  `to ${to} ${portOf({ section: 'by_process', connections, ...present({ port, proto }) })} ${policy} ${connections} (on ${process_runs_on})`;

const groupText = ({ section: _s, connections: _c, process: _p, policy: _d, ...fields }: SummaryRow): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');
