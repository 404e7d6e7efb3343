import type { FlowRecord, RecordEndpoint } from './record.ts';

type Cells = readonly string[];
/** Where a value stands in a line: looked up once per download, not once per line. */
type Cell = (cells: Cells) => string;

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
const enumValue = (cell: string): string => cell.trim().toLowerCase().replaceAll(' ', '_');

const numberOf = (cell: string): number | undefined => (/^\d+(?:\.\d+)?$/.test(cell) ? Number(cell) : undefined);

/** Bytes, also as "1.2 MB". */
function bytesOf(cell: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?) ?([KMGT]?)B$/i.exec(cell) ?? [];
  return digits === undefined ? numberOf(cell) : Math.round(Number(digits) * 1024 ** UNITS.indexOf(unit.toUpperCase()));
}

const managedOf = (cell: string): boolean | undefined =>
  cell === '' ? undefined : ['true', 'yes', 'managed'].includes(cell.toLowerCase());

// 23.x renamed Consumer/Provider to Source/Destination (traffic.md §4.3).
const PREFIXES = {
  source: ['Source', 'Consumer', 'Consuming'],
  destination: ['Destination', 'Provider', 'Providing'],
} as const;

/** The columns of one side, by their names without the side's prefix. */
function sideColumns(headers: readonly string[], side: keyof typeof PREFIXES): ReadonlyMap<string, number> {
  return new Map(
    headers.flatMap((header, index): [string, number][] => {
      const prefix = PREFIXES[side].find((name) => header.startsWith(`${name} `));
      return prefix === undefined ? [] : [[header.slice(prefix.length + 1), index]];
    }),
  );
}

/** The first of these columns that there is; blank where there is none. */
function cellOf(columns: ReadonlyMap<string, number>, ...names: readonly string[]): Cell {
  const index = names.map((name) => columns.get(name)).find((at) => at !== undefined);
  return index === undefined ? () => '' : (cells) => cells[index] ?? '';
}

function sideReader(columns: ReadonlyMap<string, number>) {
  const labels = [...columns]
    .filter(([header]) => !NOT_LABELS.has(header))
    .map(([header, index]) => ({ key: LABEL_KEYS.get(header) ?? header, index }));
  const ip = cellOf(columns, 'IP');
  const fqdn = cellOf(columns, 'FQDN');
  const lists = cellOf(columns, 'IPList');
  const name = cellOf(columns, 'Name');
  const hostname = cellOf(columns, 'Hostname');
  const managed = cellOf(columns, 'Managed');
  const mode = cellOf(columns, 'Enforcement Mode', 'Enforcement');

  const workload = (cells: Cells): NonNullable<RecordEndpoint['workload']> => ({
    name: name(cells),
    hostname: hostname(cells),
    managed: managedOf(managed(cells)),
    enforcement_mode: enumValue(mode(cells)),
    labels: labels.flatMap(({ key, index }) => (cells[index] ? [{ key, value: cells[index] }] : [])),
  });
  return {
    process: cellOf(columns, 'Process'),
    service: cellOf(columns, 'Service'),
    user: cellOf(columns, 'Username'),
    endpoint: (cells: Cells): RecordEndpoint => ({
      ip: ip(cells),
      fqdn: fqdn(cells),
      ...(name(cells) + hostname(cells) + managed(cells) === '' ? {} : { workload: workload(cells) }),
      // The names of several lists stand in one cell, and a name may hold a comma: the cell is kept as one name.
      ...(lists(cells) === '' ? {} : { ip_lists: [{ name: lists(cells) }] }),
    }),
  };
}

/**
 * Reads the lines of a CSV with these headers as the flow records they were written from, as far as a CSV tells (it has no hrefs);
 * undefined when the headers are not those of a traffic download.
 */
export function csvRecords(headers: readonly string[]): ((cells: readonly string[]) => FlowRecord) | undefined {
  const sourceColumns = sideColumns(headers, 'source');
  const destinationColumns = sideColumns(headers, 'destination');
  if (!sourceColumns.has('IP') && !destinationColumns.has('IP')) return undefined;
  const source = sideReader(sourceColumns);
  const destination = sideReader(destinationColumns);
  const columns = new Map(headers.map((header, index) => [header, index]));
  const [port, protocol, reporter] = [
    cellOf(columns, 'Port'),
    cellOf(columns, 'Protocol'),
    cellOf(columns, 'Reported by'),
  ];
  const connections = cellOf(columns, 'Num Flows');
  const decision = cellOf(columns, 'Reported Policy Decision');
  const draft = cellOf(columns, 'Draft Policy Decision');
  const boundary = cellOf(columns, 'Reported Enforcement Boundary');
  const state = cellOf(columns, 'Connection State');
  const transmission = cellOf(columns, 'Transmission');
  const network = cellOf(columns, 'Network');
  const [bytesIn, bytesOut] = [cellOf(columns, 'Bytes In'), cellOf(columns, 'Bytes Out')];
  const [first, last] = [cellOf(columns, 'First Detected'), cellOf(columns, 'Last Detected')];

  return (cells) => {
    const direction = REPORTER.get(reporter(cells).toLowerCase());
    const [near, far] = direction === 'outbound' ? [source, destination] : [destination, source];
    return {
      src: source.endpoint(cells),
      dst: destination.endpoint(cells),
      service: {
        port: numberOf(port(cells)),
        proto: PROTOCOLS.get(protocol(cells).toUpperCase()) ?? numberOf(protocol(cells)),
        process_name: near.process(cells) || far.process(cells),
        windows_service_name: near.service(cells) || far.service(cells),
        user_name: near.user(cells) || far.user(cells),
      },
      num_connections: numberOf(connections(cells)),
      policy_decision: enumValue(decision(cells)),
      draft_policy_decision: enumValue(draft(cells)),
      boundary_decision: enumValue(boundary(cells)),
      flow_direction: direction,
      // The one enum the API itself writes with a space: "timed out".
      state: state(cells).toLowerCase(),
      transmission: enumValue(transmission(cells)),
      network: { name: network(cells) },
      dst_bi: bytesOf(bytesIn(cells)),
      dst_bo: bytesOf(bytesOut(cells)),
      timestamp_range: { first_detected: first(cells), last_detected: last(cells) },
    };
  };
}
