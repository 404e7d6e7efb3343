import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { allPages, callWith } from '../../../test/catalogue/call.ts';
import { NOW_MS, type Simulated, simulated } from '../../../test/catalogue/simulated.ts';
import { naiveMatch } from '../../simulator/control/naive-count.ts';

let pce: Simulated;
let raw: readonly Raw[];

/** A record of the raw download. */
interface Raw {
  readonly src: End;
  readonly dst: End;
  readonly service: { readonly port?: number; readonly proto: number; readonly process_name?: string };
  readonly num_connections: number;
  readonly policy_decision: string;
}
interface End {
  readonly ip: string;
  readonly fqdn?: string;
  readonly workload?: {
    readonly href: string;
    readonly name: string;
    readonly labels: readonly { readonly href: string; readonly key: string; readonly value: string }[];
  };
  readonly ip_lists?: readonly { readonly name: string }[];
}

const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
const WINDOW = { start_date: iso(NOW_MS - 30 * 86_400_000), end_date: iso(NOW_MS) };
const any = { include: [[]], exclude: [] };

let headers: Readonly<Record<string, string>>;
const api = (): string => `${pce.simulator.url}/api/v2`;
const get = async <T>(path: string): Promise<T> => (await (await fetch(`${api()}${path}`, { headers })).json()) as T;

beforeAll(async () => {
  pce = await simulated({ profile: 'small' });
  const { apiKey, apiSecret, orgId } = pce.simulator;
  headers = {
    Authorization: `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`,
    'Content-Type': 'application/json',
    Accept: 'application/json',
  };
  const query = { query_name: 'raw', sources: any, destinations: any, services: { include: [], exclude: [] } };
  const body = JSON.stringify({ ...query, policy_decisions: [], max_results: 200_000, ...WINDOW });
  const path = `${api()}/orgs/${orgId}/traffic_flows/async_queries`;
  const { href } = (await (await fetch(path, { method: 'POST', headers, body })).json()) as { href: string };
  await vi.waitFor(async () => expect((await get<{ status: string }>(href)).status).toBe('completed'), {
    timeout: 30_000,
  });
  raw = await get<readonly Raw[]>(`${href}/download`);
});
afterAll(() => pce.close());

const label = ({ workload }: End, key: string): string | undefined =>
  workload?.labels.find((each) => each.key === key)?.value;
const sum = (rows: readonly Raw[]): number => rows.reduce((total, row) => total + row.num_connections, 0);

/** The totals the tool tells, and those of a filter over the raw download. */
async function compare(args: object, keeps: (row: Raw) => boolean): Promise<number> {
  const { structured, text, isError } = await callWith(pce.dispatcher, 'get-traffic-flows', { ...WINDOW, ...args });
  expect(isError, text).toBe(false);
  const rows = raw.filter(keeps);
  expect(structured.totals).toMatchObject({ total_pce_flows: rows.length, connections: sum(rows) });
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.length).toBeLessThan(raw.length);
  return rows.length;
}

describe('every kind of filter returns exactly the rows that a filter over the raw download returns', () => {
  const app = (end: End, value: string): boolean => label(end, 'app') === value;

  it('label expressions, alternatives and negations', async () => {
    await compare(
      { include_destinations: ['app=ordering env=prod'] },
      ({ dst }) => app(dst, 'ordering') && label(dst, 'env') === 'prod',
    );
    await compare(
      { include_sources: ['app=ordering|payments'] },
      ({ src }) => app(src, 'ordering') || app(src, 'payments'),
    );
    await compare(
      { include_destinations: ['app=ordering env!=prod'] },
      ({ dst }) => app(dst, 'ordering') && label(dst, 'env') !== 'prod',
    );
    await compare(
      { exclude_destinations: ['app=ordering', 'app=payments'] },
      ({ dst }) => !app(dst, 'ordering') && !app(dst, 'payments'),
    );
    await compare(
      { include_destinations: ['["app=ordering","env=prod"]', '["app=payments","env=prod"]'] },
      ({ dst }) => label(dst, 'env') === 'prod' && (app(dst, 'ordering') || app(dst, 'payments')),
    );
  });

  it('label groups', async () => {
    const groups = await get<
      readonly { name: string; labels: readonly { href: string }[]; sub_groups: readonly object[] }[]
    >(`/orgs/${pce.simulator.orgId}/sec_policy/active/label_groups`);
    const flat = groups.filter(({ labels, sub_groups: below }) => labels.length > 0 && below.length === 0);
    expect(flat.length).toBeGreaterThan(0);
    for (const { name, labels } of flat) {
      const members = new Set(labels.map(({ href }) => href));
      await compare({ include_sources: [`group:"${name}"`] }, ({ src }) =>
        (src.workload?.labels ?? []).some(({ href }) => members.has(href)),
      );
    }
  });

  it('addresses, blocks and IP lists', async () => {
    const inside = (ip: string): boolean =>
      naiveMatch(
        { src: { ip } },
        { sources: { include: [[{ ip_address: '10.100.0.0/16' }]] } },
        { object: () => undefined },
      );
    await compare({ include_sources: ['10.100.0.0/16'] }, ({ src }) => inside(src.ip));
    const one = raw.find(({ src }) => src.workload === undefined)?.src.ip ?? '';
    await compare({ include_sources: [one] }, ({ src }) => src.ip === one);
    const lists = ({ ip_lists: held = [], workload }: End): boolean =>
      workload === undefined && held.some(({ name }) => name === 'Corp-Users-VDI');
    await compare({ include_sources: ['iplist:Corp-Users-VDI'] }, ({ src }) => lists(src));
  });

  it('DNS names, ports, protocols and processes', async () => {
    const fqdn = raw.find(({ dst }) => dst.fqdn !== undefined)?.dst.fqdn ?? '';
    await compare({ include_destinations: [fqdn] }, ({ dst }) => dst.fqdn === fqdn);
    await compare(
      { include_services: [{ port: 443, proto: 'tcp' }] },
      ({ service: { port, proto } }) => port === 443 && proto === 6,
    );
    await compare({ exclude_services: [{ port: 0, to_port: 1_023 }] }, ({ service: { port = 0 } }) => port > 1_023);
    const process = raw.find(({ service }) => service.process_name !== undefined)?.service.process_name ?? '';
    await compare({ include_services: [{ process_name: process }] }, ({ service }) => service.process_name === process);
  });

  it('decisions', async () => {
    await compare(
      { policy_decisions: ['blocked', 'unknown'] },
      ({ policy_decision: word }) => word === 'blocked' || word === 'unknown',
    );
  });
});

describe('what cannot be resolved', () => {
  it.each([
    [{ include_sources: ['app=orderin'] }, 'unresolved_label_filter'],
    [{ include_destinations: ['iplist:"No such list"'] }, 'unresolved_label_filter'],
    [{ exclude_sources: ['group:"No such group"'] }, 'unresolved_label_filter'],
    [{ include_services: [{ proto: 'tpc' }] }, 'invalid_arguments'],
    [{ start_date: '2025-06-02', end_date: '2025-06-01' }, 'invalid_window'],
  ])('%j sends no query', async (args, code) => {
    const control = `${pce.simulator.url}/_sim/requests`;
    await fetch(control, { method: 'DELETE' });
    const { structured, isError } = await callWith(pce.dispatcher, 'get-traffic-flows', args);
    expect(isError).toBe(true);
    expect(structured.error).toBe(code);
    const { requests } = (await (await fetch(control)).json()) as {
      requests: readonly { method: string; path: string }[];
    };
    expect(requests.filter(({ method }) => method === 'POST')).toEqual([]);
  });
});

it('rows are the groups of the raw download, over all pages, none dropped for a missing key', async () => {
  const group_by = ['source_app', 'dest_app', 'port', 'proto', 'policy'];
  const pages = await allPages(pce.dispatcher, 'get-traffic-flows', { ...WINDOW, group_by });
  const told = pages.flatMap(({ structured }) => structured.items);
  const expected = new Map<string, number>();
  const names: Readonly<Record<number, string>> = { 1: 'icmp', 2: 'igmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6' };
  for (const { src, dst, service, policy_decision, num_connections } of raw) {
    const key = JSON.stringify([
      label(src, 'app') ?? '-',
      label(dst, 'app') ?? '-',
      service.port,
      names[service.proto],
      policy_decision,
    ]);
    expected.set(key, (expected.get(key) ?? 0) + num_connections);
  }
  const got = new Map(
    told.map((row) => [
      JSON.stringify([row.source_app, row.dest_app, row.port, row.proto, row.policy]),
      row.connections,
    ]),
  );
  expect(got.size).toBe(told.length);
  expect(Object.fromEntries(got)).toEqual(Object.fromEntries(expected));
});

it('the default rows tell flows apart, with bytes and times, and - where a value is missing', async () => {
  const { structured } = await callWith(pce.dispatcher, 'get-traffic-flows', {
    ...WINDOW,
    include_destinations: ['app=ordering'],
  });
  expect(structured.columns).toEqual(expect.arrayContaining(['source', 'process', 'bytes_in', 'first_detected']));
  expect(structured.items[0]).toMatchObject({
    source: expect.any(String),
    service_name: '-',
    proto: 'tcp',
    bytes_in: expect.any(Number),
  });
});
