import type { FlowRecord, RecordEndpoint } from './record.ts';

/** A line of the CSV download by its header names. */
export type CsvRow = Readonly<Record<string, string | undefined>>;

/** Display names of the label types every PCE has (traffic.md §4.3); others keep their display name as key. */
const LABEL_KEYS: ReadonlyMap<string, string> = new Map([
  ['Role', 'role'],
  ['Application', 'app'],
  ['Environment', 'env'],
  ['Location', 'loc'],
]);

const NOT_LABELS: ReadonlySet<string> = new Set(
  'IP,IPList,Name,Hostname,Managed,Enforcement Mode,Enforcement,FQDN,Process,Service,Username'.split(','),
);

const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['ICMP', 1],
  ['IGMP', 2],
  ['IPIP', 4],
  ['TCP', 6],
  ['UDP', 17],
  ['GRE', 47],
  ['ESP', 50],
  ['AH', 51],
  ['ICMPV6', 58],
  ['SCTP', 132],
]);

const REPORTER: ReadonlyMap<string, string> = new Map([
  ['destination', 'inbound'],
  ['provider', 'inbound'],
  ['source', 'outbound'],
  ['consumer', 'outbound'],
]);

const UNITS = ['', 'K', 'M', 'G', 'T'];

/** Values written for people back to the API's: "Potentially Blocked" is `potentially_blocked`. */
const enumValue = (cell = ''): string => cell.trim().toLowerCase().replaceAll(' ', '_');

const numberOf = (cell = ''): number | undefined => (/^\d+(?:\.\d+)?$/.test(cell) ? Number(cell) : undefined);

/** Bytes, also as "1.2 MB". */
function bytesOf(cell = ''): number | undefined {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?) ?([KMGT]?)B$/i.exec(cell) ?? [];
  return digits === undefined ? numberOf(cell) : Math.round(Number(digits) * 1024 ** UNITS.indexOf(unit.toUpperCase()));
}

const managedOf = (cell = ''): boolean | undefined =>
  cell === '' ? undefined : ['true', 'yes', 'managed'].includes(cell.toLowerCase());

// 23.x renamed Consumer/Provider to Source/Destination (traffic.md §4.3).
const PREFIXES = {
  source: ['Source', 'Consumer', 'Consuming'],
  destination: ['Destination', 'Provider', 'Providing'],
} as const;

/** The cells of one side without the side's prefix. */
function sideOf(row: CsvRow, side: keyof typeof PREFIXES): CsvRow {
  const cells: [string, string][] = [];
  for (const [header, cell] of Object.entries(row)) {
    const prefix = PREFIXES[side].find((name) => header.startsWith(`${name} `));
    if (prefix !== undefined && cell !== undefined) cells.push([header.slice(prefix.length + 1), cell]);
  }
  return Object.fromEntries(cells);
}

function endpointOf(cells: CsvRow): RecordEndpoint {
  const labels = Object.entries(cells)
    .filter(([header, cell]) => !NOT_LABELS.has(header) && cell !== '')
    .map(([header, value]) => ({ key: LABEL_KEYS.get(header) ?? header, value }));
  const isWorkload = [cells['Name'], cells['Hostname'], cells['Managed']].some((cell) => (cell ?? '') !== '');
  const workload = {
    name: cells['Name'],
    hostname: cells['Hostname'],
    managed: managedOf(cells['Managed']),
    enforcement_mode: enumValue(cells['Enforcement Mode'] ?? cells['Enforcement']),
    labels,
  };
  return {
    ip: cells['IP'],
    fqdn: cells['FQDN'],
    ...(isWorkload ? { workload } : {}),
    // The names of several lists stand in one cell, and a name may hold a comma: the cell is kept as one name.
    ...((cells['IPList'] ?? '') === '' ? {} : { ip_lists: [{ name: cells['IPList'] }] }),
  };
}

/** A CSV line as the flow record it was written from, as far as the CSV tells (it has no hrefs). */
export function recordOfCsv(row: CsvRow): FlowRecord {
  const source = sideOf(row, 'source');
  const destination = sideOf(row, 'destination');
  const direction = REPORTER.get((row['Reported by'] ?? '').toLowerCase());
  const reporter = direction === 'outbound' ? source : destination;
  const other = direction === 'outbound' ? destination : source;
  const protocol = row['Protocol'] ?? '';
  return {
    src: endpointOf(source),
    dst: endpointOf(destination),
    service: {
      port: numberOf(row['Port']),
      proto: PROTOCOLS.get(protocol.toUpperCase()) ?? numberOf(protocol),
      process_name: reporter['Process'] || other['Process'],
      windows_service_name: reporter['Service'] || other['Service'],
      user_name: reporter['Username'] || other['Username'],
    },
    num_connections: numberOf(row['Num Flows']),
    policy_decision: enumValue(row['Reported Policy Decision']),
    draft_policy_decision: enumValue(row['Draft Policy Decision']),
    boundary_decision: enumValue(row['Reported Enforcement Boundary']),
    flow_direction: direction,
    // The one enum the API itself writes with a space: "timed out".
    state: (row['Connection State'] ?? '').toLowerCase(),
    transmission: enumValue(row['Transmission']),
    network: { name: row['Network'] },
    dst_bi: bytesOf(row['Bytes In']),
    dst_bo: bytesOf(row['Bytes Out']),
    timestamp_range: { first_detected: row['First Detected'], last_detected: row['Last Detected'] },
  };
}
