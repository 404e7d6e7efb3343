import type { Column } from '../../answer/answer.ts';
import { envelope } from '../envelope.ts';
import { described, flag, integer, oneOf, text } from '../fields.ts';
import { plural } from '../listing.ts';
import { defineTool } from '../tool.ts';
import { trafficQuery } from './filters.ts';
import { withFlows } from './read-flows.ts';
import { strangers, type StrangerRow } from './strangers.ts';
import { windowText } from './words.ts';

const DEFAULT_TOP = 50;

const columns: readonly Column<StrangerRow>[] = [
  { header: 'direction', value: (row) => row.direction },
  { header: 'address', value: (row) => row.src_ip ?? row.dst_ip },
  { header: 'name', value: (row) => row.name },
  { header: 'kind', value: (row) => row.kind },
  { header: 'app', value: (row) => row.dst_app ?? row.src_app },
  { header: 'env', value: (row) => row.dst_env ?? row.src_env },
  { header: 'port', value: (row) => row.port },
  { header: 'proto', value: (row) => row.proto },
  { header: 'service', value: (row) => row.service },
  { header: 'policy', value: (row) => row.policy },
  { header: 'connections', value: (row) => row.connections },
  { header: 'last seen', value: (row) => row.last_seen },
  { header: 'risk', value: (row) => row.risk },
];

export default defineTool({
  name: 'find-unmanaged-traffic',
  title: 'Find unmanaged traffic',
  description:
    'Finds addresses without an agent, or hosts without app label, that talk with workloads; risky ones first. For one known peer use who-talks-to.',
  toolset: 'traffic',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      lookback_days: described({ ...integer, minimum: 1 }, 'Default 30'),
      direction: described(oneOf('inbound', 'outbound', 'both'), 'Default both'),
      min_connections: described(integer, 'Default 1'),
      top_n: described({ ...integer, minimum: 1 }, 'Per direction, default 50'),
      internal_only: described(flag, 'Leave the internet out'),
    },
  },
  output: envelope(
    {
      direction: text,
      src_ip: text,
      dst_ip: text,
      name: text,
      kind: text,
      src_app: text,
      src_env: text,
      dst_app: text,
      dst_env: text,
      port: integer,
      proto: text,
      service: text,
      policy: text,
      connections: integer,
      last_seen: text,
      risk: text,
    },
    { unmanaged_source_count: integer, unmanaged_destination_count: integer, risky: integer, connections: integer },
    { extra: { lookback_days: integer, direction_filter: text, min_connections: integer, recommendation: text } },
  ),
  example: { lookback_days: 30, direction: 'inbound', top_n: 20 },
  columns,

  async run(args, context) {
    const {
      lookback_days: lookbackDays = 30,
      direction = 'both',
      min_connections: minimum = 1,
      top_n: top = DEFAULT_TOP,
    } = args;
    const { query, window } = await trafficQuery({ lookback_days: lookbackDays }, context);
    return withFlows(query, context, async ({ table, coverage }) => {
      const asked = (['inbound', 'outbound'] as const).filter((one) => direction === 'both' || direction === one);
      const found = await Promise.all(
        asked.map((one) =>
          strangers(table, one, { minimum, internalOnly: args.internal_only === true, signal: context.signal }),
        ),
      );
      const counts = Object.fromEntries(asked.map((one, at) => [one, found[at]?.rows.length ?? 0]));
      const all = found.flatMap(({ rows }) => rows);
      const risky = all.filter(({ risk }) => risk !== undefined);
      const shown = found.flatMap(({ rows }) => rows.slice(0, top));
      const hidden = all.length - shown.length;
      const broadcast = found.reduce((sum, { toMany }) => sum + toMany, 0);
      return {
        answer: sentence({ counts, risky, all }) + windowText(coverage) + '.',
        items: shown,
        totals: {
          ...(counts.inbound === undefined ? {} : { unmanaged_source_count: counts.inbound }),
          ...(counts.outbound === undefined ? {} : { unmanaged_destination_count: counts.outbound }),
          risky: risky.length,
          connections: all.reduce((sum, { connections }) => sum + connections, 0),
        },
        coverage: {
          ...coverage,
          gaps: [
            ...coverage.gaps,
            ...window.notes,
            ...(hidden > 0 ? [`${hidden} rows beyond top_n=${top} per direction; the counts are of all`] : []),
            ...(broadcast > 0 ? [`${broadcast} broadcast and multicast connections, which are to nobody`] : []),
          ],
        },
        extra: {
          lookback_days: lookbackDays,
          direction_filter: direction,
          min_connections: minimum,
          recommendation:
            'Put what belongs here under an agent, an unmanaged workload or an IP list; look into risky rows first with identify-ip.',
        },
        next: risky.slice(0, 1).map(({ src_ip: from, dst_ip: to }) => `identify-ip ips=["${from ?? to}"]`),
      };
    });
  },
});

function sentence({
  counts,
  risky,
  all,
}: {
  readonly counts: Readonly<Record<string, number>>;
  readonly risky: readonly StrangerRow[];
  readonly all: readonly StrangerRow[];
}): string {
  if (all.length === 0) return 'No unmanaged address talks with a workload';
  const what = [
    ...(counts['inbound'] === undefined ? [] : [`${plural(counts['inbound'], 'inbound edge')} from unmanaged sources`]),
    ...(counts['outbound'] === undefined
      ? []
      : [`${plural(counts['outbound'], 'outbound edge')} to unmanaged destinations`]),
  ].join(' and ');
  const [first] = risky;
  const worst =
    first === undefined
      ? ''
      : `; ${risky.length} risky, first ${first.src_ip ?? first.dst_ip} ${first.direction === 'inbound' ? 'to' : 'from'} ${first.dst_app ?? first.src_app ?? 'an unlabelled host'} on ${first.service ?? first.port}`;
  return `${what}${worst},`;
}
