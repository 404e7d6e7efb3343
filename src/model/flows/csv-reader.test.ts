import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { questionsOf } from './ask.ts';
import { csvReader } from './csv-reader.ts';
import type { Dimension } from './question.ts';
import type { FlowRecord } from './record.ts';
import { FlowTable } from './table.ts';

// The header and the row of traffic.md §4.3.
const HEADER =
  'Source IP,Source IPList,Source Name,Source Hostname,Source Managed,Source Enforcement Mode,Source Application,Source Environment,Source Location,Source Role,Source Process,Source Service,Source Username,Destination IP,Destination IPList,Destination Name,Destination Hostname,Destination Managed,Destination Enforcement Mode,Destination Application,Destination Environment,Destination Location,Destination Role,Destination FQDN,Transmission,Port,Protocol,Destination Process,Destination Service,Destination Username,Num Flows,Connection State,Reported Policy Decision,Reported Enforcement Boundary,Reported by,First Detected,Last Detected,Network,Bytes In,Bytes Out';
const ROW =
  '10.20.1.15,,web01,web01.corp.local,True,Full,CRM,Production,Amazon,Web,,,,10.20.2.30,,db01,db01.corp.local,True,Selective,CRM,Production,Amazon,DB,,Unicast,22,TCP,/usr/sbin/sshd,,root,14,Closed,Blocked,Blocked,Destination,2025-06-01T08:00:12Z,2025-06-01T20:41:55Z,Corporate,0,0';

// The JSON record of the same flow (traffic.md §4.2, with the location the CSV row has).
const label = (key: string, value: string) => ({ href: `/orgs/1/labels/${value}`, key, value });
const RECORD: FlowRecord = {
  src: {
    ip: '10.20.1.15',
    workload: {
      href: '/orgs/1/workloads/0f4c5d0e-6f0b-4a8c-9f51-8d2f4f6f1a01',
      name: 'web01',
      hostname: 'web01.corp.local',
      managed: true,
      enforcement_mode: 'full',
      labels: [label('role', 'Web'), label('app', 'CRM'), label('env', 'Production'), label('loc', 'Amazon')],
    },
  },
  dst: {
    ip: '10.20.2.30',
    workload: {
      href: '/orgs/1/workloads/7b1f3d55-1f8f-4d50-9c53-3df4de1a7c22',
      name: 'db01',
      hostname: 'db01.corp.local',
      managed: true,
      enforcement_mode: 'selective',
      labels: [label('role', 'DB'), label('app', 'CRM'), label('env', 'Production'), label('loc', 'Amazon')],
    },
  },
  service: { port: 22, proto: 6, process_name: '/usr/sbin/sshd', user_name: 'root' },
  num_connections: 14,
  state: 'closed',
  flow_direction: 'inbound',
  transmission: 'unicast',
  policy_decision: 'blocked',
  boundary_decision: 'blocked',
  dst_bi: 0,
  dst_bo: 0,
  network: { href: '/orgs/1/networks/1', name: 'Corporate' },
  timestamp_range: { first_detected: '2025-06-01T08:00:12Z', last_detected: '2025-06-01T20:41:55Z' },
};

async function read(...chunks: readonly string[]): Promise<FlowTable> {
  const table = new FlowTable();
  const reader = csvReader(table);
  for (const chunk of chunks) reader.push(Buffer.from(chunk));
  await reader.end();
  return table;
}

/** Everything a CSV can tell; it has no hrefs. */
const TOLD: readonly Dimension[] = [
  ...([
    'source',
    'source_ip',
    'source_hostname',
    'source_managed',
    'source_enforcement_mode',
    'source_ip_list',
  ] as const),
  ...(['source_app', 'source_env', 'source_loc', 'source_role', 'destination', 'destination_ip'] as const),
  ...(['destination_hostname', 'destination_managed', 'destination_enforcement_mode', 'destination_role'] as const),
  ...([
    'destination_ip_list',
    'fqdn',
    'port',
    'proto',
    'process',
    'service_name',
    'user',
    'policy',
    'boundary',
  ] as const),
  ...(['draft_policy', 'direction', 'state', 'transmission', 'network'] as const),
];
const answer = (table: FlowTable) => questionsOf(table).ask({ by: TOLD, limit: 1000 });

function fromJson(records: readonly FlowRecord[]): FlowTable {
  const table = new FlowTable();
  for (const record of records) table.append(record);
  return table;
}

test('the documented row says what the documented record says', async () => {
  expect(answer(await read(`${HEADER}\n${ROW}\n`))).toEqual(answer(fromJson([RECORD])));
});

test('the header alone is an empty table', async () => {
  expect((await read(`${HEADER}\n`)).rows).toBe(0);
});

test('a download cut into chunks anywhere, also inside quotes and characters, gives the same table', async () => {
  const quoted = ROW.replace('CRM', '"CRM, ""café"""').replace(',Corporate,', ',"two\nlines",');
  const text = `${HEADER}\n${quoted}\n${ROW}\n`;
  const whole = answer(await read(text));
  expect(whole.groups.map(({ key }) => key[6])).toEqual(expect.arrayContaining(['CRM, "café"', 'CRM']));
  const bytes = Buffer.from(text);
  for (let cut = HEADER.length - 3; cut < bytes.length; cut += 1) {
    const table = new FlowTable();
    const reader = csvReader(table);
    reader.push(bytes.subarray(0, cut));
    reader.push(bytes.subarray(cut));
    await reader.end();
    expect(answer(table)).toEqual(whole);
  }
});

test('columns are found by name: older prefixes, another order, further label types', async () => {
  const table = await read(
    'Protocol,Port,Provider IP,Consumer IP,Consumer Business Unit,Providing Process,Reported Policy Decision,Connection State,Reported by,Num Flows,Bytes In\n' +
      'UDP,53,10.0.0.2,10.0.0.1,Retail,named,Potentially Blocked,Timed Out,Provider,3,1.5 KB\n',
  );
  const { groups } = questionsOf(table).ask({
    by: ['source_ip', 'destination_ip', 'proto', 'process', 'policy', 'state', 'direction'],
    limit: 1,
  });
  expect(groups[0]).toMatchObject({
    key: ['10.0.0.1', '10.0.0.2', '17', 'named', 'potentially_blocked', 'timed out', 'inbound'],
    connections: 3,
    bytesIn: 1536,
  });
});

test('values with commas, quotes and line breaks survive', async () => {
  const printable = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.trim() === text && text !== '');
  await fc.assert(
    fc.asyncProperty(printable, printable, async (name, process) => {
      const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
      const table = await read(`Source IP,Source Name,Source Process\n10.0.0.1,${quote(name)},${quote(process)}\n`);
      expect(questionsOf(table).ask({ by: ['source', 'process'], limit: 1 }).groups[0]?.key).toEqual([name, process]);
    }),
    { numRuns: 50 },
  );
});

test.each([
  ['a last line that is cut off', `${HEADER}\n${ROW.slice(0, -1)}`],
  ['a line with too few fields', `${HEADER}\n10.0.0.1,x\n`],
  ['an open quote', `${HEADER}\n"10.0.0.1\n`],
  ['something else', '<html>\n</html>\n'],
  ['nothing', ''],
])('%s is refused', async (_, text) => {
  await expect(read(text)).rejects.toMatchObject({ code: 'pce_bad_answer' });
});
