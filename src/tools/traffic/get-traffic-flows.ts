import type { Column } from '../../answer/answer.ts';
import type { FlowGroup } from '../../model/flows/question.ts';
import { envelope } from '../envelope.ts';
import { described, integer, text, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { dimensionsOf } from './dimensions.ts';
import { trafficFilters, trafficQuery } from './filters.ts';
import { dimensionFields } from './grouped.ts';
import { withFlows } from './read-flows.ts';
import { windowText } from './words.ts';

/** What tells two flows apart unless `group_by` says otherwise (reference-server.md §2.8). */
const FLOW = [
  'source',
  'destination',
  'port',
  'proto',
  'policy',
  'process',
  'service_name',
  'user',
  'ip_list',
] as const;
/** Rows that pages can show; totals count all. */
const MOST_ROWS = 20_000;

type FlowRow = Readonly<Record<string, string | number>> & { readonly connections: number };

const NAMED: ReadonlySet<string> = new Set([
  ...FLOW,
  'connections',
  'rows',
  'bytes_in',
  'bytes_out',
  'first_detected',
  'last_detected',
]);

const columns: readonly Column<FlowRow>[] = [
  ...FLOW.map((name) => ({ header: name, value: (row: FlowRow) => (row[name] === '-' ? '' : row[name]) })),
  {
    header: 'other',
    value: (row) =>
      Object.entries(row)
        .filter(([name]) => !NAMED.has(name))
        .map(([name, value]) => `${name}=${value}`)
        .join(' '),
  },
  ...['connections', 'rows', 'bytes_in', 'bytes_out', 'first_detected', 'last_detected'].map((name) => ({
    header: name,
    value: (row: FlowRow) => row[name],
  })),
];

export default defineTool({
  name: 'get-traffic-flows',
  title: 'List traffic flows',
  description:
    'Lists observed flows row by row, or grouped by any dimensions, with exact totals. Use it for details; for an overview use get-traffic-flows-summary.',
  toolset: 'traffic',
  effect: 'read',
  input: {
    type: 'object',
    properties: { ...trafficFilters, group_by: described(texts, 'Like source_app, port, process, user, rule') },
  },
  output: envelope(
    {
      ...Object.fromEntries(FLOW.map((name) => [name, text])),
      port: integer,
      connections: integer,
      rows: integer,
      bytes_in: integer,
      bytes_out: integer,
      first_detected: text,
      last_detected: text,
    },
    {
      total_pce_flows: integer,
      total_rows: integer,
      returned_rows: integer,
      connections: integer,
      raw_observations: integer,
    },
    { open: true, extra: { columns: texts } },
  ),
  example: {
    start_date: '2025-06-01',
    end_date: '2025-06-07',
    include_destinations: ['app=ordering env=prod'],
    group_by: ['source_app', 'port'],
  },
  columns,

  async run(args, context) {
    const { query, window } = await trafficQuery(args, context);
    const names = args.group_by === undefined || args.group_by.length === 0 ? FLOW : args.group_by;
    return withFlows(query, context, async ({ table, coverage, rawObservations, upperBounds }) => {
      const by = dimensionsOf(names, table.labelKeys);
      const { groups, groupCount } = await table.ask({ by, limit: MOST_ROWS }, context.signal);
      const { rows, connections } = table.totals;
      const hidden = groupCount - groups.length;
      return {
        answer: `${plural(groupCount, 'row')} from ${plural(rows, 'flow row')} of the PCE with ${upperBounds ? 'at most ' : ''}${plural(connections, 'connection')}${windowText(coverage)}.`,
        items: groups.map((group): FlowRow => rowOf(group, names, by)),
        totals: {
          total_pce_flows: rows,
          total_rows: groupCount,
          returned_rows: groups.length,
          connections,
          ...present({ raw_observations: rawObservations }),
        },
        coverage: {
          ...coverage,
          truncated: coverage.truncated || hidden > 0,
          gaps: [
            ...coverage.gaps,
            ...window.notes,
            ...(hidden > 0 ? [`${hidden} of ${groupCount} rows, the least busy: filter or group to list them`] : []),
          ],
        },
        extra: {
          columns: [...names, 'connections', 'rows', 'bytes_in', 'bytes_out', 'first_detected', 'last_detected'],
        },
      };
    });
  },
});

const rowOf = (group: FlowGroup, names: readonly string[], by: Parameters<typeof dimensionFields>[2]): FlowRow => ({
  ...dimensionFields(group, names, by),
  connections: group.connections,
  rows: group.rows,
  bytes_in: group.bytesIn,
  bytes_out: group.bytesOut,
  ...present({ first_detected: group.firstSeen, last_detected: group.lastSeen }),
});
