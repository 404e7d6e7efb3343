import type { FlowGroup } from '../../model/flows/question.ts';
import type { RemoteFlowTable } from '../../work/flows.ts';
import { compareText } from '../listing.ts';
import { present } from '../present.ts';
import { MAX_ROWS } from './filters.ts';
import { outsideName, TO_MANY } from './outside.ts';
import { serviceFields } from './service.ts';
import type { ProcessDestination, SectionRows, SummaryRow } from './summary-row.ts';

export interface SectionOptions {
  readonly limit: number;
  readonly signal: AbortSignal;
}

// Groups are merged here under the names of places outside; there are never more than rows.
const ALL_GROUPS = MAX_ROWS;
const USERS_NAMED = 5;
const NOT_REPORTED = '-';

/** Blocked and potentially blocked connections by process, ends, port and decision. */
export async function blockedFlows(table: RemoteFlowTable, { limit, signal }: SectionOptions): Promise<SectionRows> {
  const { groups, groupCount } = await table.ask(
    {
      by: ['process', 'source', 'destination', 'proto', 'port', 'policy'],
      where: [{ dimension: 'policy', in: ['blocked', 'potentially_blocked'] }],
      limit,
    },
    signal,
  );
  const rows = groups.map(
    ({ key: [process, from, to, proto, port, policy], connections }): SummaryRow => ({
      section: 'blocked',
      ...processOf(process),
      from: from ?? NOT_REPORTED,
      to: to ?? NOT_REPORTED,
      ...serviceFields(proto, port),
      policy: policy ?? 'unknown',
      connections,
    }),
  );
  return { rows, total: groupCount };
}

/**
 * Connections to addresses that are no workload, by process, destination (FQDN, else IP lists, else address), port and decision.
 * Broadcast and multicast are left out: their addresses are no place outside.
 */
export async function externalDestinations(
  table: RemoteFlowTable,
  { limit, signal }: SectionOptions,
): Promise<SectionRows> {
  const { groups } = await table.ask(
    {
      by: ['process', 'destination_fqdn', 'destination_ip_list', 'destination_ip', 'proto', 'port', 'policy'],
      where: [
        { dimension: 'destination_workload', in: [null] },
        { dimension: 'transmission', notIn: [...TO_MANY] },
      ],
      limit: ALL_GROUPS,
    },
    signal,
  );
  const rows = new Map<string, SummaryRow>();
  for (const { key, connections } of groups) {
    const [process = null, fqdn = null, lists = null, ip, proto, port, policy] = key;
    const to = outsideName(fqdn, lists) ?? ip ?? NOT_REPORTED;
    const id = JSON.stringify([process, to, proto, port, policy]);
    rows.set(id, {
      section: 'external_destinations',
      ...processOf(process),
      to,
      ...serviceFields(proto, port),
      policy: policy ?? 'unknown',
      connections: connections + (rows.get(id)?.connections ?? 0),
    });
  }
  const sorted = [...rows.values()].sort(
    (a, b) => b.connections - a.connections || compareText(a.to ?? '', b.to ?? ''),
  );
  return { rows: sorted.slice(0, limit), total: sorted.length };
}

export interface ProcessRows extends SectionRows {
  /** Rows whose VEN named no process. */
  readonly rowsWithoutProcess: number;
}

/** Processes by connections, each with its users and its busiest destinations. */
export async function byProcess(
  table: RemoteFlowTable,
  { limit, destinations, signal }: SectionOptions & { readonly destinations: number },
): Promise<ProcessRows> {
  const [all, unnamed] = await Promise.all([
    table.ask({ by: ['process'], where: [{ dimension: 'process', notIn: [null] }], limit }, signal),
    table.ask({ by: ['process'], where: [{ dimension: 'process', in: [null] }], limit: 1 }, signal),
  ]);
  const rows: SummaryRow[] = [];
  for (const group of all.groups) rows.push(await processRow(table, group, { destinations, signal }));
  return { rows, total: all.groupCount, rowsWithoutProcess: unnamed.totals.rows };
}

async function processRow(
  table: RemoteFlowTable,
  { key: [process = null], connections }: FlowGroup,
  { destinations, signal }: { readonly destinations: number; readonly signal: AbortSignal },
): Promise<SummaryRow> {
  const where = [{ dimension: 'process', in: [process] }] as const;
  const [peers, users, count] = await Promise.all([
    table.ask(
      { by: ['source', 'destination', 'proto', 'port', 'policy', 'direction'], where, limit: destinations },
      signal,
    ),
    table.ask({ by: ['user'], where: [...where, { dimension: 'user', notIn: [null] }], limit: USERS_NAMED }, signal),
    table.ask({ by: ['destination'], where, limit: 1 }, signal),
  ]);
  return {
    section: 'by_process',
    ...processOf(process),
    connections,
    destination_count: count.groupCount,
    users: users.groups.flatMap(({ key: [user = null] }) => (user === null ? [] : [user])),
    destinations: peers.groups.map(destinationOf),
  };
}

function destinationOf({
  key: [from, to, proto, port, policy, direction],
  connections,
}: FlowGroup): ProcessDestination {
  // The process is the one on the reporting side: the destination for inbound rows (traffic.md §4.1).
  const host = direction === 'inbound' ? to : from;
  return {
    to: to ?? NOT_REPORTED,
    ...serviceFields(proto, port),
    policy: policy ?? 'unknown',
    connections,
    process_runs_on: host ?? NOT_REPORTED,
  };
}

const processOf = (process: string | null | undefined): { readonly process?: string } => present({ process });
