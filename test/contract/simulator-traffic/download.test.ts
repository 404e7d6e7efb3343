import { gunzipSync } from 'node:zlib';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asking, type FlowRecord, NOW_MS, type Pce, startPce } from './harness.ts';

let pce: Pce;
let href: string;
let rows: readonly FlowRecord[];
beforeAll(async () => {
  pce = await startPce();
  href = (await pce.finished(asking())).href;
  rows = await pce.json<readonly FlowRecord[]>('GET', `${href}/download`);
});
afterAll(() => pce.close());

const csv = async (query = '', headers: Readonly<Record<string, string>> = { accept: '*/*' }) => {
  const response = await pce.call('GET', `${href}/download${query}`, { headers });
  return { type: response.headers.get('content-type'), text: await response.text() };
};

/** RFC 4180, small and separate from what wrote it. */
function parseCsv(text: string): readonly Readonly<Record<string, string>>[] {
  const lines: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/g)) {
    lines.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '\n') lines.push([]);
  }
  const [header = [], ...body] = lines.filter((line) => line.length > 1);
  return body.map((line) => {
    expect(line).toHaveLength(header.length);
    return Object.fromEntries(header.map((name, index) => [name, line[index] ?? '']));
  });
}

test('JSON is one compact line with the exact content type', async () => {
  const response = await pce.call('GET', `${href}/download`);
  expect(response.headers.get('content-type')).toBe('application/json');
  const text = await response.text();
  expect(text).not.toMatch(/[\r\n]/);
  expect(text).toBe(JSON.stringify(JSON.parse(text)));
});

test('compressed when that is offered, and only then', async () => {
  const bytes = (encoding: string | undefined) =>
    new Promise<{ readonly encoding: string | undefined; readonly body: Buffer }>((resolve, reject) => {
      const auth = `${pce.apiKey}:${pce.apiSecret}`;
      const headers = { accept: 'application/json', ...(encoding !== undefined && { 'accept-encoding': encoding }) };
      request(`${pce.url}/api/v2${href}/download`, { auth, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(chunks) }),
        );
      })
        .on('error', reject)
        .end();
    });
  const plain = await bytes(undefined);
  const packed = await bytes('gzip, deflate');
  expect(plain.encoding).toBeUndefined();
  expect(packed.encoding).toBe('gzip');
  expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
});

test('nothing a client would refuse: values stay in the enums of the SDK', () => {
  const values = (of: (row: FlowRecord) => unknown) => new Set(rows.map(of));
  const states = ['active', 'closed', 'timed out', 'snapshot', 'new', 'unknown', 'incomplete'];
  for (const state of values((row) => row.state)) expect(states).toContain(state);
  for (const word of values((row) => row.policy_decision)) {
    expect(['allowed', 'potentially_blocked', 'blocked', 'unknown']).toContain(word);
  }
  expect(values((row) => row.flow_direction)).toEqual(new Set(['inbound', 'outbound']));
  // Absent is unicast (traffic.md §4.1).
  expect(values((row) => row['transmission'])).toEqual(new Set([undefined, 'broadcast', 'multicast']));
  expect(values((row) => row['client_type'])).toContain('flowlink');
  for (const { timestamp_range } of rows) {
    for (const time of Object.values(timestamp_range)) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  }
});

test('the reporter of a row decides its decision', () => {
  for (const row of rows) {
    if (row['client_type'] === 'flowlink') {
      expect(row.policy_decision).toBe('unknown');
      continue;
    }
    const { workload } = row.flow_direction === 'inbound' ? row.dst : row.src;
    expect(workload?.managed).toBe(true);
    if (workload?.enforcement_mode === 'idle')
      expect(row).toMatchObject({ policy_decision: 'unknown', state: 'snapshot' });
    else if (row['boundary_decision'] === 'blocked_non_illumio_rule') expect(row.policy_decision).toBe('blocked');
    else if (workload?.enforcement_mode === 'visibility_only') expect(row.policy_decision).not.toBe('blocked');
    else if (workload?.enforcement_mode === 'full') expect(row.policy_decision).toMatch(/^(allowed|blocked)$/);
  }
  const modes = new Set(rows.map(({ dst }) => dst.workload?.enforcement_mode));
  expect(modes).toEqual(new Set([undefined, 'idle', 'visibility_only', 'selective', 'full']));
});

test('CSV when JSON is not asked for, with the header of the PCE', async () => {
  const { type, text } = await csv();
  expect(type).toBe('text/csv');
  const header = text.slice(0, text.indexOf('\n')).split(',');
  expect(header.slice(0, 6)).toEqual([
    'Source IP',
    'Source IPList',
    'Source Name',
    'Source Hostname',
    'Source Managed',
    'Source Enforcement Mode',
  ]);
  const labels = header.slice(6, header.indexOf('Source Process'));
  expect(labels).toEqual(labels.toSorted());
  expect(labels).toEqual(
    expect.arrayContaining(['Source Application', 'Source Environment', 'Source Location', 'Source Role']),
  );
  expect(header.slice(-10)).toEqual([
    'Num Flows',
    'Connection State',
    'Reported Policy Decision',
    'Reported Enforcement Boundary',
    'Reported by',
    'First Detected',
    'Last Detected',
    'Network',
    'Bytes In',
    'Bytes Out',
  ]);
});

test('CSV and JSON say the same', async () => {
  const table = parseCsv((await csv()).text);
  expect(table).toHaveLength(rows.length);
  const word = (text: string | undefined) => (text ?? '').toLowerCase().replaceAll('_', ' ');
  const dimensions = pce.world.estate.dimensions;
  table.forEach((line, index) => {
    const row = rows[index];
    if (!row) throw new Error('a line without a row');
    const inbound = row.flow_direction === 'inbound';
    const running = inbound ? 'Destination' : 'Source';
    expect(line).toMatchObject({
      'Source IP': row.src.ip,
      'Destination IP': row.dst.ip,
      'Destination FQDN': row.dst.fqdn ?? '',
      Port: String(row.service.port),
      'Num Flows': String(row.num_connections),
      [`${running} Process`]: row.service['process_name'] ?? '',
      [`${running} Service`]: row.service['windows_service_name'] ?? '',
      [`${running} Username`]: row.service['user_name'] ?? '',
      'First Detected': row.timestamp_range.first_detected,
      'Last Detected': row.timestamp_range.last_detected,
      'Bytes In': String(row['dst_bi']),
      'Bytes Out': String(row['dst_bo']),
    });
    expect(word(line['Reported Policy Decision'])).toBe(word(row.policy_decision));
    expect(word(line['Connection State'])).toBe(word(row.state));
    expect(word(line['Transmission'])).toBe(word(row.transmission ?? 'unicast'));
    expect(word(line['Reported by'])).toBe(row['client_type'] === 'flowlink' ? 'flowlink' : running.toLowerCase());
    for (const [name, end] of [
      ['Source', row.src],
      ['Destination', row.dst],
    ] as const) {
      expect(line[`${name} Hostname`]).toBe(end.workload?.['hostname'] ?? '');
      for (const { key, displayName } of dimensions) {
        const value = end.workload?.labels.find((label) => label.key === key)?.value ?? '';
        expect(line[`${name} ${displayName}`]).toBe(value);
      }
    }
  });
});

test('a CSV of no rows still has its header', async () => {
  const none = await pce.finished(asking({ max_results: 0 }));
  const response = await pce.call('GET', `${none.href}/download`, { headers: { accept: '*/*' } });
  expect((await response.text()).split('\n')).toEqual([expect.stringContaining('Source IP,'), '']);
});

test('offset and limit cut slices that join to the whole', async () => {
  const joined: FlowRecord[] = [];
  for (let offset = 0; offset < rows.length + 100; offset += 500) {
    const slice = await pce.json<readonly FlowRecord[]>('GET', `${href}/download?offset=${offset}&limit=500`);
    expect(slice.length).toBeLessThanOrEqual(500);
    joined.push(...slice);
  }
  expect(joined).toEqual(rows);
});

test('rule coverage adds the draft decision and the rules behind it', async () => {
  const drafted = await pce.finished(asking());
  expect(
    (await pce.call('GET', `${drafted.href}/download?include_draft_policy_in_csv=true`, { headers: { accept: '*/*' } }))
      .status,
  ).toBe(200);
  await pce.call('PUT', `${drafted.href}/update_rules`, { body: {} });
  const covered = await pce.json<readonly FlowRecord[]>('GET', `${drafted.href}/download`);
  expect(covered).toHaveLength(rows.length);
  const words = new Set(covered.map((row) => String(row['draft_policy_decision'])));
  expect(words.size).toBeGreaterThan(2);
  for (const row of covered) {
    const [allow, deny, override] = ['rules', 'enforcement_boundaries', 'override_deny_rules'].map(
      (name) => (row[name] as readonly { readonly href: string }[]).length,
    );
    switch (row['draft_policy_decision']) {
      case 'allowed_across_boundary':
        expect(allow).toBeGreaterThan(0);
        expect(deny).toBeGreaterThan(0);
        break;
      case 'blocked_by_boundary':
      case 'potentially_blocked_by_boundary':
        expect(deny).toBeGreaterThan(0);
        break;
      case 'blocked_by_override_deny':
      case 'potentially_blocked_by_override_deny':
        expect(override).toBeGreaterThan(0);
        break;
      case 'blocked_no_rule':
      case 'potentially_blocked_no_rule':
        expect([allow, deny, override]).toEqual([0, 0, 0]);
        break;
      default:
        expect(row['draft_policy_decision']).toBe('allowed');
    }
  }
  const response = await pce.call('GET', `${drafted.href}/download?include_draft_policy_in_csv=true`, {
    headers: { accept: '*/*' },
  });
  const table = parseCsv(await response.text());
  expect(table.map((line) => line['Draft Policy Decision']?.toLowerCase().replaceAll(' ', '_'))).toEqual(
    covered.map((row) => row['draft_policy_decision']),
  );
});

test('a window cuts what happened to it', async () => {
  const start = '2026-02-20T06:00:00Z';
  const end = '2026-02-20T18:00:00Z';
  for (const { timestamp_range: range } of await pce.rows(asking({ start_date: start, end_date: end }))) {
    expect(Date.parse(range.first_detected)).toBeGreaterThanOrEqual(Date.parse(start));
    expect(Date.parse(range.last_detected)).toBeLessThan(Date.parse(end));
  }
  const half = NOW_MS - 10 * 86_400_000;
  const boundary = new Date(half).toISOString();
  const sum = (list: readonly FlowRecord[]) => list.reduce((total, row) => total + row.num_connections, 0);
  const first = await pce.rows(asking({ end_date: boundary }));
  const second = await pce.rows(asking({ start_date: boundary }));
  expect(sum(first) + sum(second)).toBe(sum(rows));
});
