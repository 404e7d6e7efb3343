import { averageInterval, contactSigns } from '../../analysis/contact.ts';
import type { Column, Coverage } from '../../answer/answer.ts';
import type { Dimension, FlowFilter, FlowGroup } from '../../model/flows/question.ts';
import { TO_MANY } from '../../model/flows/party.ts';
import type { TrafficQuery } from '../../pce/traffic/query.ts';
import { envelope } from '../envelope.ts';
import { described, integer, text, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { present } from '../present.ts';
import { defineTool, type ToolContext } from '../tool.ts';
import { trafficQuery } from './filters.ts';
import { withFlows } from './read-flows.ts';
import { serviceFields } from './service.ts';
import { targetAsDestination, targetAsSource } from './target.ts';
import { windowText } from './words.ts';

const MOST_ROWS = 5_000;
const DEFAULT_LOOKBACK_DAYS = 7;

interface ActivityRow {
  /** The side whose agent reported: where the process ran. */
  readonly host: string;
  readonly process?: string;
  readonly user?: string;
  readonly service?: string;
  readonly direction: string;
  readonly peer: string;
  readonly peer_address?: string;
  readonly port?: number;
  readonly proto?: string;
  readonly policy: string;
  readonly connections: number;
  readonly bytes_in?: number;
  readonly bytes_out?: number;
  readonly first_seen?: string;
  readonly last_seen?: string;
  readonly every_seconds?: number;
  readonly signs?: readonly string[];
}

const columns: readonly Column<ActivityRow>[] = [
  { header: 'host', value: (row) => row.host },
  { header: 'process', value: (row) => row.process },
  { header: 'user', value: (row) => row.user },
  { header: 'service', value: (row) => row.service },
  { header: 'direction', value: (row) => row.direction },
  { header: 'peer', value: (row) => row.peer },
  { header: 'address', value: (row) => row.peer_address },
  { header: 'port', value: (row) => row.port },
  { header: 'proto', value: (row) => row.proto },
  { header: 'policy', value: (row) => row.policy },
  { header: 'connections', value: (row) => row.connections },
  { header: 'bytes in', value: (row) => row.bytes_in },
  { header: 'bytes out', value: (row) => row.bytes_out },
  { header: 'first seen', value: (row) => row.first_seen },
  { header: 'last seen', value: (row) => row.last_seen },
  { header: 'every s', value: (row) => row.every_seconds },
  { header: 'signs', value: (row) => row.signs?.join('; ') },
];

export default defineTool({
  name: 'explain-activity',
  title: 'Explain the activity of a host, process or user',
  description:
    'Tells which program and account made which connections: by host, process or user, what deserves a look first. Not for whole applications.',
  toolset: 'traffic',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      host: described(text, 'Workload, IP or labels; all unless given'),
      process: described(text, 'Part of its path'),
      user: described(text, 'Part of the account name'),
      start_date: text,
      end_date: text,
      lookback_days: described({ ...integer, minimum: 1 }, 'Default 7'),
    },
  },
  output: envelope(
    {
      host: text,
      process: text,
      user: text,
      service: text,
      direction: text,
      peer: text,
      peer_address: text,
      port: integer,
      proto: text,
      policy: text,
      connections: integer,
      bytes_in: integer,
      bytes_out: integer,
      first_seen: text,
      last_seen: text,
      every_seconds: integer,
      signs: texts,
    },
    {
      rows: integer,
      connections: integer,
      groups: integer,
      processes: integer,
      users: integer,
      hosts: integer,
      with_signs: integer,
    },
  ),
  example: { host: 'app=payments env=prod', process: 'java', lookback_days: 7 },
  columns,

  async run(args, context) {
    const [host, process, user] = [args.host, args.process, args.user].map((part) => part?.trim() || undefined);
    const { query, window } = await trafficQuery(
      { ...args, lookback_days: args.lookback_days ?? lookback(args) },
      context,
    );
    const asked = host === undefined ? query : await ofHost(query, host, context);
    return withFlows(asked, context, async ({ table, coverage }) => {
      const where: readonly FlowFilter[] = [
        { dimension: 'transmission', notIn: [...TO_MANY] },
        ...(process === undefined ? [] : [{ dimension: 'process' as const, containing: [process] }]),
        ...(user === undefined ? [] : [{ dimension: 'user' as const, containing: [user] }]),
      ];
      const ask = (by: readonly Dimension[], limit: number, more: readonly FlowFilter[] = []) =>
        table.ask({ by, where: [...where, ...more], limit }, context.signal);
      const [all, processes, users, noProcess, noUser] = await Promise.all([
        ask(BY, MOST_ROWS),
        ask(['process'], 0, [{ dimension: 'process', notIn: [null] }]),
        ask(['user'], 0, [{ dimension: 'user', notIn: [null] }]),
        ask([], 0, [{ dimension: 'process', in: [null] }]),
        ask([], 0, [{ dimension: 'user', in: [null] }]),
      ]);
      const items = all.groups.map(rowOf).toSorted(bySigns);
      const signed = items.filter(({ signs }) => signs !== undefined).length;
      const totals = {
        rows: all.totals.rows,
        connections: all.totals.connections,
        groups: all.groupCount,
        processes: processes.groupCount,
        users: users.groupCount,
        hosts: new Set(items.map((row) => row.host)).size,
        with_signs: signed,
      };
      return {
        answer: sentence(args, totals, items, coverage),
        items,
        totals,
        coverage: {
          ...coverage,
          truncated: coverage.truncated || all.groupCount > items.length,
          gaps: [
            ...coverage.gaps,
            ...window.notes,
            ...gap(noProcess.totals.rows, 'rows whose agent named no process'),
            ...gap(noUser.totals.rows, 'rows whose agent named no user'),
            'the single times of connections: every_seconds is the average between the first and the last',
            ...gap(all.groupCount - items.length, 'further groups, the least busy'),
          ],
        },
      };
    });
  },
});

const BY: readonly Dimension[] = [
  'source',
  'destination',
  'source_ip',
  'destination_ip',
  'direction',
  'process',
  'user',
  'service_name',
  'port',
  'proto',
  'policy',
  'destination_ip_list',
  'source_ip_list',
  'destination_address_kind',
  'source_address_kind',
];

const lookback = (args: { readonly start_date?: string | undefined }): number | undefined =>
  args.start_date === undefined ? DEFAULT_LOOKBACK_DAYS : undefined;

/** Everything at either end of a host. */
async function ofHost(query: TrafficQuery, host: string, context: ToolContext): Promise<TrafficQuery> {
  const [sources, destinations] = await Promise.all([
    targetAsSource(host, context),
    targetAsDestination(host, context),
  ]);
  return { ...query, sources, destinations, sourcesOrDestinations: true };
}

function rowOf(group: FlowGroup): ActivityRow {
  const [
    source,
    destination,
    sourceIp,
    destinationIp,
    direction,
    process = null,
    user = null,
    service = null,
    port,
    proto,
    policy,
    toLists,
    fromLists,
    toKind,
    fromKind,
  ] = group.key;
  // What ran where: the process is on the side that reported (traffic.md §4.1).
  const inbound = direction === 'inbound';
  const [host, peer, address] = inbound ? [destination, source, sourceIp] : [source, destination, destinationIp];
  const { connections, firstSeen, lastSeen, bytesIn, bytesOut } = group;
  const contact = {
    process,
    ipLists: (inbound ? fromLists : toLists) ?? null,
    outside: (inbound ? fromKind : toKind) === 'internet',
    connections,
    firstSeen,
    lastSeen,
    blocked: policy === 'blocked',
  };
  const signs = contactSigns(contact);
  return {
    host: host ?? 'unknown',
    ...present({ process, user, service }),
    direction: direction ?? 'unknown',
    peer: peer ?? 'unknown',
    ...present({ peer_address: address === peer ? null : (address ?? null) }),
    ...serviceFields(proto, port),
    policy: policy ?? 'unknown',
    connections,
    ...(bytesIn + bytesOut === 0 ? {} : { bytes_in: bytesIn, bytes_out: bytesOut }),
    ...present({ first_seen: firstSeen, last_seen: lastSeen, every_seconds: averageInterval(contact) }),
    ...(signs.length === 0 ? {} : { signs }),
  };
}

const bySigns = (a: ActivityRow, b: ActivityRow): number =>
  (b.signs?.length ?? 0) - (a.signs?.length ?? 0) || b.connections - a.connections;

const gap = (count: number, what: string): readonly string[] => (count > 0 ? [`${count} ${what}`] : []);

function sentence(
  {
    host,
    process,
    user,
  }: { readonly host?: string | undefined; readonly process?: string | undefined; readonly user?: string | undefined },
  {
    connections,
    processes,
    users,
    with_signs: signed,
  }: { readonly connections: number; readonly processes: number; readonly users: number; readonly with_signs: number },
  [first]: readonly ActivityRow[],
  coverage: Coverage,
): string {
  const who =
    [host, process === undefined ? undefined : `process ${process}`, user === undefined ? undefined : `user ${user}`]
      .filter((part) => part !== undefined)
      .join(', ') || 'all hosts';
  if (connections === 0) return `No activity of ${who}${windowText(coverage)}.`;
  const worst =
    first?.signs === undefined
      ? ' Nothing deserves a look by its path, its peer or its rhythm.'
      : ` ${plural(signed, 'row deserves', 'rows deserve')} a look, first ${first.process ?? 'an unnamed process'} on ${first.host} to ${first.peer}: ${first.signs.join(', ')}.`;
  return `${who}: ${plural(connections, 'connection')} by ${plural(processes, 'process', 'processes')} and ${plural(users, 'account')}${windowText(coverage)}.${worst}`;
}
