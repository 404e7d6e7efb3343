import type { FlowGroup } from '../../model/flows/question.ts';
import type { RemoteFlowTable } from '../../work/flows.ts';
import { compareText } from '../listing.ts';
import { present } from '../present.ts';
import { ALL_GROUPS } from './limits.ts';
import { outsideName, TO_MANY } from './outside.ts';
import { serviceFields } from './service.ts';
import type { ProcessDestination, SectionRows, SummaryRow } from './summary-row.ts';

export interface SectionOptions {
  readonly limit: number;
  readonly signal: AbortSignal;
}

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
  const { groups, groupCount, totals } = await table.ask(
    {
      by: ['process'],
      where: [{ dimension: 'process', notIn: [null] }],
      inside: [
        { by: ['source', 'destination', 'proto', 'port', 'policy', 'direction'], top: destinations },
        { by: ['user'], top: USERS_NAMED },
        { by: ['destination'], top: 0 },
      ],
      limit,
    },
    signal,
  );
  return {
    rows: groups.map(processRow),
    total: groupCount,
    rowsWithoutProcess: table.totals.rows - totals.rows,
  };
}

const processRow = ({ key: [process], connections, inside: [peers, users, count] = [] }: FlowGroup): SummaryRow => ({
  section: 'by_process',
  ...processOf(process),
  connections,
  destination_count: count?.count ?? 0,
  users: (users?.top ?? []).flatMap(({ key: [user] }) => user ?? []),
  destinations: (peers?.top ?? []).map(destinationOf),
});

function destinationOf({
  key: [from, to, proto, port, policy, direction],
  connections,
}: Pick<FlowGroup, 'key' | 'connections'>): ProcessDestination {
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
