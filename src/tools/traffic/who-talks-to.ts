import type { Column } from '../../answer/answer.ts';
import { Failure } from '../../core/errors.ts';
import { envelope } from '../envelope.ts';
import { described, integer, oneOf, text, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { defineTool } from '../tool.ts';
import { servicesArgument, trafficQuery, trafficServices } from './filters.ts';
import { type PeerRow, peers } from './peers.ts';
import { mergedCoverage } from './merged-coverage.ts';
import { type Flows, withBothFlows, withFlows } from './read-flows.ts';
import { type Render, renderArgument, viewOf } from './render.ts';
import { targetAsDestination, targetAsSource } from './target.ts';
import { windowText } from './words.ts';

/** A question asked in passing gets a short answer; pages have the rest. */
const PAGE_TOKENS = 1_000;

const columns: readonly Column<PeerRow>[] = [
  { header: 'direction', value: (row) => row.direction },
  { header: 'peer', value: (row) => row.peer },
  { header: 'group', value: (row) => row.group },
  { header: 'services', value: (row) => row.services?.join(', ') },
  { header: 'policy', value: (row) => row.policy },
  { header: 'connections', value: (row) => row.connections },
  { header: 'hosts', value: (row) => row.hosts?.join(', ') },
  { header: 'processes', value: (row) => row.processes?.join(', ') },
  { header: 'users', value: (row) => row.users?.join(', ') },
  { header: 'first seen', value: (row) => row.first_seen },
  { header: 'last seen', value: (row) => row.last_seen },
];

type Direction = 'inbound' | 'outbound';

export default defineTool({
  name: 'who-talks-to',
  title: 'Who talks to a target',
  description:
    'Ranks who talks to (or is talked to by) labels, a host, an address or an IP list, by decision, with services. Not for policy: use explain-flow.',
  toolset: 'traffic',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      target: described(text, 'app=… env=…, host, IP, CIDR, iplist:NAME'),
      services: described(servicesArgument, 'Only these'),
      direction: described(oneOf('inbound', 'outbound', 'both'), 'Default inbound: who talks to it'),
      start_date: text,
      end_date: text,
      lookback_days: described({ ...integer, minimum: 1 }, 'Default 30'),
      group_by: described(texts, 'In place of peer: source_app, port, user …'),
      render: renderArgument,
    },
    required: ['target'],
  },
  output: envelope(
    {
      direction: text,
      peer: text,
      group: text,
      services: texts,
      policy: text,
      connections: integer,
      hosts: texts,
      processes: texts,
      users: texts,
      first_seen: text,
      last_seen: text,
    },
    {
      peers: integer,
      rows: integer,
      connections: integer,
      by_decision: { type: 'object', additionalProperties: integer },
    },
    { extra: { target: text } },
  ),
  example: { target: 'app=ad-core env=prod', services: [{ port: 445, proto: 'tcp' }], lookback_days: 7 },
  columns,

  async run(args, context) {
    const { target, direction = 'inbound', render } = args;
    if (target.trim() === '') throw new Failure('invalid_arguments', { message: 'target is empty.' });
    const { query, window } = await trafficQuery(args, context);
    const services = { include: trafficServices(args.services), exclude: [] };
    // A target may lie in an IP list and be a workload all the same: both are meant.
    const asked = { ...query, services, excludeWorkloadsFromIpListQuery: false };
    const inbound = async () => ({ ...asked, destinations: await targetAsDestination(target, context) });
    const outbound = async () => ({ ...asked, sources: await targetAsSource(target, context) });
    const options = { groupBy: args.group_by ?? [], signal: context.signal };
    const tell = async (parts: readonly (readonly [Direction, Flows])[]) => {
      const found = await Promise.all(parts.map(([one, { table }]) => peers(table, one, options)));
      return answerOf({ target, parts, found, render, notes: window.notes });
    };
    if (direction === 'both')
      return withBothFlows([await inbound(), await outbound()], context, (first, second) =>
        tell([
          ['inbound', first],
          ['outbound', second],
        ]),
      );
    return withFlows(direction === 'inbound' ? await inbound() : await outbound(), context, (flows) =>
      tell([[direction, flows]]),
    );
  },
});

interface Told {
  readonly target: string;
  readonly parts: readonly (readonly [Direction, Flows])[];
  readonly found: readonly (readonly PeerRow[])[];
  readonly render: Render | undefined;
  readonly notes: readonly string[];
}

function answerOf({ target, parts, found, render, notes }: Told) {
  const items = found.flat().toSorted((a, b) => b.connections - a.connections);
  const sum = (of: (flows: Flows) => number): number => parts.reduce((total, [, flows]) => total + of(flows), 0);
  const coverages = parts.map(([, { coverage }]) => coverage);
  const coverage = mergedCoverage(coverages, notes);
  const peerNames = new Set(items.map(({ peer, group }) => peer ?? group));
  const connections = sum(({ table }) => table.totals.connections);
  const [first] = items;
  const top =
    first === undefined
      ? ''
      : ` Most: ${first.peer ?? first.group} (${plural(first.connections, 'connection')}, ${first.policy ?? 'all decisions'}).`;
  const verb = parts.length === 2 ? 'talk with' : parts[0]?.[0] === 'outbound' ? 'are talked to by' : 'talk to';
  return {
    answer:
      items.length === 0
        ? `Nobody was seen to talk with ${target}${windowText(coverage)}.`
        : `${plural(peerNames.size, 'peer')} ${verb} ${target} in ${plural(connections, 'connection')}${windowText(coverage)}.${top}`,
    items,
    totals: {
      peers: peerNames.size,
      rows: sum(({ table }) => table.totals.rows),
      connections,
      by_decision: decisions(parts.map(([, flows]) => flows)),
    },
    coverage,
    extra: { target },
    view: viewOf(render, items.map(edgeOf(target))),
    // A diagram is for people, and as large as it is.
    maxTokens: render === 'mermaid' ? undefined : PAGE_TOKENS,
  };
}

/** A peer and the target as two ends. */
const edgeOf =
  (target: string) =>
  ({ direction, peer, group, services, connections }: PeerRow) => {
    const other = peer ?? group ?? '-';
    const [from, to] = direction === 'inbound' ? [other, target] : [target, other];
    return { from, to, service: services?.join(', ') ?? '', connections };
  };

function decisions(parts: readonly Flows[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { table } of parts)
    for (const [decision, { connections }] of Object.entries(table.totals.byDecision))
      counts[decision] = (counts[decision] ?? 0) + connections;
  return counts;
}
