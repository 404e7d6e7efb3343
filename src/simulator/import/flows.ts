import { parseAddress } from '../../model/addresses/address.ts';
import type { FlowRow, WorkloadRecord } from '../estates/estate.ts';
import { type Csv, type Row, shown, timeOf } from './csv.ts';
import { protocolOf } from './policy-objects.ts';

const STATES: Readonly<Record<string, FlowRow['state']>> = {
  active: 'active',
  closed: 'closed',
  'timed out': 'timed out',
  timed_out: 'timed out',
  snapshot: 'snapshot',
  new: 'new',
  incomplete: 'incomplete',
  '': 'closed',
};
const TRANSMISSIONS = ['unicast', 'broadcast', 'multicast'] as const;
const UNITS: Readonly<Record<string, number>> = { '': 1, B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4 };

/**
 * The flows of a CSV of Explorer, as the server writes it (traffic.md §4.3) or with the names before 23.x. What a file says about decisions
 * and labels is left out: the simulated PCE finds both anew.
 */
export function importFlows({ rows }: Csv, workloads: readonly WorkloadRecord[], nowMs: number): readonly FlowRow[] {
  const find = finder(workloads);
  return rows.map((row): FlowRow => {
    const srcIp = addressOf(row, 'Source IP', 'Consumer IP');
    const dstIp = addressOf(row, 'Destination IP', 'Provider IP');
    const reporter = reporterOf(row);
    const at = (
      source: string,
      destination: string,
      consuming: string,
      providing: string,
      common: string,
    ): string | null =>
      (reporter === 'source' ? row.text(source, consuming) : row.text(destination, providing)) ||
      row.text(common) ||
      null;
    const firstMs = timeOf(row, 'First Detected', 'First detected');
    const lastMs = timeOf(row, 'Last Detected', 'Last detected') ?? firstMs;
    if (firstMs === null || lastMs === null) throw row.wrong('a flow needs the time of its first detection');
    if (lastMs < firstMs) throw row.wrong('the flow ends before it begins');
    if (lastMs > nowMs)
      throw row.wrong(`the flow lies behind the simulator's time, ${new Date(nowMs).toISOString()}; see --now`);
    const protocol = row.text('Protocol');
    const proto = protocolOf(protocol);
    if (proto === undefined || proto > 255) throw row.wrong(`${shown(protocol)} is not a protocol`);
    const state = STATES[row.text('Connection State').toLowerCase()];
    if (state === undefined) throw row.wrong(`${shown(row.text('Connection State'))} is not a connection state`);
    return {
      srcIp,
      src: find(srcIp, row.text('Source Hostname', 'Consumer Hostname'), row.text('Source Name', 'Consumer Name')),
      dstIp,
      dst: find(
        dstIp,
        row.text('Destination Hostname', 'Provider Hostname'),
        row.text('Destination Name', 'Provider Name'),
      ),
      dstFqdn: row.text('Destination FQDN', 'Provider FQDN') || null,
      proto,
      port: proto === 6 || proto === 17 ? number(row, 0, 65_535, 'Port') : 0,
      icmpType: null,
      icmpCode: null,
      process: at('Source Process', 'Destination Process', 'Consuming Process', 'Providing Process', 'Process'),
      windowsService: at('Source Service', 'Destination Service', 'Consuming Service', 'Providing Service', 'Service'),
      user: at('Source Username', 'Destination Username', 'Consuming Username', 'Providing Username', 'Username'),
      reporter,
      transmission: TRANSMISSIONS.find((each) => each === row.text('Transmission').toLowerCase()) ?? 'unicast',
      state,
      connections: number(row, 1, Number.MAX_SAFE_INTEGER, 'Num Flows'),
      bytesIn: bytes(row, 'Bytes In'),
      bytesOut: bytes(row, 'Bytes Out'),
      firstMs,
      lastMs,
      network: row.text('Network') || 'Corporate',
      // The host's own firewall drops it whatever the policy says (traffic.md §4.1).
      droppedByHost: /non.illumio/i.test(row.text('Reported Enforcement Boundary')),
    };
  });
}

/**
 * Which workload a row means: that of the address; where several have it, or none, the one the row names; of two with one name the one that
 * is online, for the other is what was left of it. -1: none.
 */
function finder(workloads: readonly WorkloadRecord[]): (ip: string, hostname: string, name: string) => number {
  const byAddress = new Map<string, number[]>();
  const byName = new Map<string, number[]>();
  const put = (map: Map<string, number[]>, key: string, index: number): void => {
    const known = map.get(key);
    if (known) known.push(index);
    else map.set(key, [index]);
  };
  const both = (hostname: string, name: string): string => `${hostname}\0${name}`;
  for (const [index, { interfaces, hostname, name }] of workloads.entries()) {
    for (const { address } of interfaces) put(byAddress, address, index);
    put(byName, both(hostname ?? '', name ?? ''), index);
  }
  const best = (found: readonly number[]): number => found.find((index) => workloads[index]?.online) ?? found[0] ?? -1;
  return (ip, hostname, name) => {
    const own = byAddress.get(ip) ?? [];
    if (own.length === 1 || (hostname === '' && name === '')) return best(own);
    const named = byName.get(both(hostname, name)) ?? [];
    const exact = named.filter((index) => own.includes(index));
    return best(exact.length > 0 ? exact : named.length > 0 ? named : own);
  };
}

function reporterOf(row: Row): FlowRow['reporter'] {
  const text = row.text('Reported by', 'Reported By').toLowerCase();
  if (/flowlink|flow collector/.test(text)) return 'flowlink';
  return /^(source|consumer)/.test(text) ? 'source' : 'destination';
}

function addressOf(row: Row, ...columns: readonly string[]): string {
  const text = row.text(...columns);
  if (!parseAddress(text)) throw row.wrong(`${columns.at(0)} is not an address: ${shown(text)}`);
  return text;
}

function number(row: Row, min: number, max: number, column: string): number {
  const text = row.text(column);
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw row.wrong(`${column} is not a number from ${min}: ${shown(text)}`);
  return value;
}

/** `1.2 MB`, as the pages of a PCE write it, or plain bytes. */
function bytes(row: Row, column: string): number {
  const text = row.text(column);
  if (text === '') return 0;
  const [, amount = '', unit = ''] = /^(\d{1,15}(?:\.\d{1,6})?)\s*([KMGT]?B)?$/.exec(text) ?? [];
  const factor = UNITS[unit];
  if (amount === '' || factor === undefined) throw row.wrong(`${column} is not a number of bytes: ${shown(text)}`);
  return Math.round(Number(amount) * factor);
}
