import { providerOf } from '../../analysis/providers.ts';
import { TO_MANY } from '../../model/flows/party.ts';
import type { FlowGroup } from '../../model/flows/question.ts';
import type { RemoteFlowTable } from '../../work/flows.ts';
import { compareText } from '../listing.ts';
import { present } from '../present.ts';
import { ALL_GROUPS } from './limits.ts';
import { outsideName } from './outside.ts';
import { servicesText } from './service.ts';

/** What one application sends to one place on the internet. */
export interface EgressRow {
  readonly from: string;
  readonly destination: string;
  readonly owner?: string;
  /** `likely` and `ambiguous`: by DNS name; `listed`: an IP list names it; `unknown`. */
  readonly confidence: string;
  readonly kind?: string;
  readonly services: readonly string[];
  readonly policy: string;
  readonly connections: number;
  /** Into the destination. */
  readonly bytes_sent: number;
  readonly bytes_received: number;
  readonly bytes_sent_before?: number;
  readonly spike?: string;
  readonly hosts: readonly string[];
  readonly processes: readonly string[];
  readonly first_seen?: string;
  readonly last_seen?: string;
}

/** Traffic of workloads to the internet by application, place and decision; most bytes sent first. */
export async function egressOf(table: RemoteFlowTable, signal: AbortSignal): Promise<readonly EgressRow[]> {
  const { groups } = await table.ask(
    {
      by: ['source_party', 'destination_fqdn', 'destination_ip_list', 'destination_ip', 'policy'],
      where: [
        { dimension: 'destination_address_kind', in: ['internet'] },
        { dimension: 'source_workload', notIn: [null] },
        { dimension: 'transmission', notIn: [...TO_MANY] },
      ],
      inside: [
        { by: ['proto', 'port'], top: 3 },
        { by: ['source'], top: 2 },
        { by: ['process'], top: 2 },
      ],
      limit: ALL_GROUPS,
      sort: 'bytes',
    },
    signal,
  );
  const rows = new Map<string, EgressRow>();
  for (const group of groups) {
    const row = rowOf(group);
    const key = JSON.stringify([row.from, row.destination, row.policy]);
    const known = rows.get(key);
    rows.set(key, known === undefined ? row : merged(known, row));
  }
  return [...rows.values()].toSorted(byBytes);
}

const byBytes = (a: EgressRow, b: EgressRow): number =>
  b.bytes_sent - a.bytes_sent ||
  b.connections - a.connections ||
  compareText(a.from + a.destination, b.from + b.destination);

function rowOf(group: FlowGroup): EgressRow {
  const [from, fqdn = null, lists = null, ip, policy] = group.key;
  const [services, hosts, processes] = (group.inside ?? []).map((values) => values);
  const provider = fqdn === null ? null : providerOf(fqdn);
  const listed = outsideName(null, lists);
  const names = (values: typeof hosts): readonly string[] =>
    (values?.top ?? []).flatMap(({ key: [value] }) => value ?? []);
  return {
    from: from ?? 'unknown',
    destination: fqdn ?? ip ?? 'unknown',
    ...present({ owner: provider?.provider ?? listed }),
    confidence: provider?.confidence ?? (listed === null ? 'unknown' : 'listed'),
    ...present({ kind: provider?.kind ?? null }),
    services: servicesText(services),
    policy: policy ?? 'unknown',
    connections: group.connections,
    bytes_sent: group.bytesIn,
    bytes_received: group.bytesOut,
    hosts: names(hosts),
    processes: names(processes),
    ...present({ first_seen: group.firstSeen, last_seen: group.lastSeen }),
  };
}

/** A name with several addresses is one place. The busier group's examples stand for both. */
function merged(a: EgressRow, b: EgressRow): EgressRow {
  const [first] = [a.first_seen, b.first_seen].filter((time) => time !== undefined).toSorted();
  const last = [a.last_seen, b.last_seen]
    .filter((time) => time !== undefined)
    .toSorted()
    .at(-1);
  return {
    ...a,
    services: [...new Set([...a.services, ...b.services])],
    hosts: [...new Set([...a.hosts, ...b.hosts])].slice(0, 3),
    processes: [...new Set([...a.processes, ...b.processes])].slice(0, 3),
    connections: a.connections + b.connections,
    bytes_sent: a.bytes_sent + b.bytes_sent,
    bytes_received: a.bytes_received + b.bytes_received,
    ...present({ first_seen: first ?? null, last_seen: last ?? null }),
  };
}

const GIGABYTE = 1e9;
/** So many times as much as before is a spike, from 100 MB on; to a place never contacted before, from 1 GB on. */
const FACTOR = 5;
const MIN_BYTES = 1e8;

/** Rows with what was sent before; spikes first. */
export function withSpikes(rows: readonly EgressRow[], previous: readonly EgressRow[]): readonly EgressRow[] {
  const sentBefore = new Map<string, number>();
  for (const { from, destination, bytes_sent } of previous) {
    const key = JSON.stringify([from, destination]);
    sentBefore.set(key, (sentBefore.get(key) ?? 0) + bytes_sent);
  }
  const told = rows.map((row) => {
    const before = sentBefore.get(JSON.stringify([row.from, row.destination]));
    return { ...row, bytes_sent_before: before ?? 0, ...present({ spike: spikeOf(row, before) }) };
  });
  return told.toSorted((a, b) => Number(b.spike !== undefined) - Number(a.spike !== undefined) || byBytes(a, b));
}

function spikeOf(
  { bytes_sent: sent, first_seen: first, last_seen: last }: EgressRow,
  before: number | undefined,
): string | null {
  const span = first === undefined || last === undefined ? '' : ` between ${first} and ${last}`;
  if (before === undefined)
    return sent >= GIGABYTE ? `${gigabytes(sent)} to a place not seen in the window before${span}` : null;
  return sent >= MIN_BYTES && sent > before * FACTOR ? `${gigabytes(sent)}, before ${gigabytes(before)}${span}` : null;
}

const gigabytes = (bytes: number): string => `${(bytes / GIGABYTE).toFixed(2)} GB`;
