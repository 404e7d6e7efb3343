import type { Column } from '../../answer/answer.ts';
import { rfc3339 } from '../../core/time-window.ts';
import { envelope } from '../envelope.ts';
import { described, integer, text, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { defineTool } from '../tool.ts';
import { egressOf, type EgressRow, withSpikes } from './egress-rows.ts';
import { trafficItems } from './ends.ts';
import { trafficQuery } from './filters.ts';
import { withBothFlows } from './read-flows.ts';
import { windowText } from './words.ts';

const MOST_ROWS = 5_000;

const columns: readonly Column<EgressRow>[] = [
  { header: 'from', value: (row) => row.from },
  { header: 'destination', value: (row) => row.destination },
  { header: 'owner', value: (row) => row.owner },
  { header: 'confidence', value: (row) => row.confidence },
  { header: 'kind', value: (row) => row.kind },
  { header: 'services', value: (row) => row.services.join(', ') },
  { header: 'policy', value: (row) => row.policy },
  { header: 'connections', value: (row) => row.connections },
  { header: 'bytes sent', value: (row) => row.bytes_sent },
  { header: 'bytes received', value: (row) => row.bytes_received },
  { header: 'before', value: (row) => row.bytes_sent_before },
  { header: 'spike', value: (row) => row.spike },
  { header: 'hosts', value: (row) => row.hosts.join(', ') },
  { header: 'processes', value: (row) => row.processes.join(', ') },
  { header: 'first seen', value: (row) => row.first_seen },
  { header: 'last seen', value: (row) => row.last_seen },
];

export default defineTool({
  name: 'report-egress',
  title: 'Report traffic to the internet',
  description:
    'Reports who sends what to the internet: owner by DNS name, bytes, processes, and what rose since the window before. Not for internal traffic.',
  toolset: 'traffic',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      include_sources: described(texts, 'All hold, like app=ordering env=prod'),
      provider: described(text, 'Part of owner, kind or name, like ai'),
      start_date: text,
      end_date: text,
      lookback_days: described({ ...integer, minimum: 1 }, 'Default 30'),
    },
  },
  output: envelope(
    {
      from: text,
      destination: text,
      owner: text,
      confidence: text,
      kind: text,
      services: texts,
      policy: text,
      connections: integer,
      bytes_sent: integer,
      bytes_received: integer,
      bytes_sent_before: integer,
      spike: text,
      hosts: texts,
      processes: texts,
      first_seen: text,
      last_seen: text,
    },
    {
      applications: integer,
      destinations: integer,
      connections: integer,
      bytes_sent: integer,
      bytes_received: integer,
      spikes: integer,
    },
    { extra: { window_before: { type: 'object', properties: { start: text, end: text } } } },
  ),
  example: { include_sources: ['env=prod'], lookback_days: 7 },
  columns,

  async run(args, context) {
    const { query, window } = await trafficQuery(args, context);
    const sources = await context.pce.resolve.sources(trafficItems(args.include_sources), [], {
      signal: context.signal,
    });
    const length = window.endMs - window.startMs;
    const before = {
      ...query,
      sources,
      start: rfc3339(window.startMs - length - 1_000),
      end: rfc3339(window.startMs - 1_000),
    };
    return withBothFlows([{ ...query, sources }, before], context, async (now, then) => {
      const [rows, previous] = await Promise.all([now, then].map(({ table }) => egressOf(table, context.signal)));
      const wanted = args.provider?.toLowerCase();
      const all = withSpikes(rows ?? [], previous ?? []).filter(
        (row) =>
          wanted === undefined ||
          [row.owner, row.kind, row.destination].some((part) => part?.toLowerCase().includes(wanted)),
      );
      const items = all.slice(0, MOST_ROWS);
      const sum = (of: (row: EgressRow) => number): number => all.reduce((total, row) => total + of(row), 0);
      const spikes = all.filter(({ spike }) => spike !== undefined);
      const totals = {
        applications: new Set(all.map(({ from }) => from)).size,
        destinations: new Set(all.map(({ destination }) => destination)).size,
        connections: sum(({ connections }) => connections),
        bytes_sent: sum(({ bytes_sent }) => bytes_sent),
        bytes_received: sum(({ bytes_received }) => bytes_received),
        spikes: spikes.length,
      };
      const [first] = spikes;
      const worst =
        first === undefined
          ? ' Nothing rose sharply.'
          : ` ${plural(spikes.length, 'spike')}, first ${first.from} to ${first.destination}: ${first.spike}.`;
      return {
        answer:
          all.length === 0
            ? `No traffic to the internet${windowText(now.coverage)}.`
            : `${plural(totals.applications, 'application')} sent ${totals.bytes_sent} bytes to ${plural(totals.destinations, 'place')} on the internet${windowText(now.coverage)}.${worst}`,
        items,
        totals,
        coverage: {
          ...now.coverage,
          truncated: now.coverage.truncated || then.coverage.truncated || all.length > items.length,
          gaps: [
            ...now.coverage.gaps,
            ...window.notes,
            ...then.coverage.gaps.map((gap) => `window before: ${gap}`),
            'owners of addresses without a DNS name: no address ranges of providers are kept',
            ...(all.length > items.length ? [`${all.length - items.length} further rows`] : []),
            ...(totals.bytes_sent === 0 && all.length > 0
              ? ['bytes: agents count them only with enhanced data collection']
              : []),
          ],
        },
        extra: { window_before: { start: before.start, end: before.end } },
      };
    });
  },
});
