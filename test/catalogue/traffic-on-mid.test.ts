import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allPages, callWith, type Structured } from './call.ts';
import { type Simulated, simulated } from './simulated.ts';

/** A flow record as far as this naive reading looks at it (traffic.md §4.1). */
interface Row {
  readonly src: End;
  readonly dst: End;
  readonly service: { readonly port?: number; readonly proto: number; readonly process_name?: string };
  readonly num_connections: number;
  readonly policy_decision: string;
  readonly transmission?: string;
}
interface End {
  readonly ip: string;
  readonly workload?: { readonly labels: readonly { readonly key: string; readonly value: string }[] };
}

const WINDOW = { start_date: '2025-06-01', end_date: '2025-06-14' };

let pce: Simulated;
let rows: readonly Row[];
beforeAll(async () => {
  pce = await simulated({ profile: 'mid' });
  rows = await download();
});
afterAll(() => pce.close());

/** The raw rows of the window, asked for without any of our client. */
async function download(): Promise<readonly Row[]> {
  const { url, apiKey, apiSecret } = pce.simulator;
  const headers = {
    Authorization: `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`,
    'Content-Type': 'application/json',
    Accept: 'application/json',
  };
  const any = { include: [[]], exclude: [] };
  const body = JSON.stringify({
    query_name: 'naive',
    start_date: '2025-06-01T00:00:00Z',
    end_date: '2025-06-14T23:59:59Z',
    sources: any,
    destinations: any,
    services: { include: [], exclude: [] },
    policy_decisions: [],
    max_results: 200_000,
  });
  const path = `${url}/api/v2/orgs/1/traffic_flows/async_queries`;
  const { href } = (await (await fetch(path, { method: 'POST', headers, body })).json()) as { href: string };
  const query = `${url}/api/v2${href}`;
  while (((await (await fetch(query, { headers })).json()) as { status: string }).status !== 'completed')
    await delay(50);
  return (await (await fetch(`${query}/download`, { headers })).json()) as readonly Row[];
}

const sum = (some: readonly Row[]): number => some.reduce((total, row) => total + row.num_connections, 0);
const labelOf = ({ workload }: End, key: string): string | undefined =>
  workload?.labels.find((label) => label.key === key)?.value;

async function ask(args: object): Promise<Structured> {
  const { structured, text, isError } = await callWith(pce.dispatcher, 'get-traffic-flows-summary', {
    ...WINDOW,
    ...args,
  });
  expect(isError, text).toBe(false);
  return structured;
}

describe('get-traffic-flows-summary on the demo estate', () => {
  it('has the totals of the raw download', async () => {
    const { totals } = await ask({});
    const decisions = Map.groupBy(rows, (row) => row.policy_decision);
    expect(totals).toMatchObject({
      rows: rows.length,
      connections: sum(rows),
      by_decision: Object.fromEntries(
        [...decisions].map(([decision, some]) => [decision, { rows: some.length, connections: sum(some) }]),
      ),
      distinct_processes: new Set(rows.flatMap(({ service }) => service.process_name ?? [])).size,
    });
    expect(rows.length).toBeGreaterThan(1_000);
  });

  it.each([
    ['a label expression', { include_destinations: ['app=ordering env=prod'] }, ordering],
    ['labels one by one', { include_destinations: ['app=ordering', 'env=prod'] }, ordering],
    [
      'alternatives',
      { include_sources: [['app=ordering'], ['app=payments']] },
      ({ src }: Row) => ['ordering', 'payments'].includes(labelOf(src, 'app') ?? ''),
    ],
    ['an exclusion', { exclude_sources: ['env=prod'] }, ({ src }: Row) => labelOf(src, 'env') !== 'prod'],
    [
      'a port',
      { include_services: [{ port: 443, proto: 'tcp' }] },
      ({ service }: Row) => service.port === 443 && service.proto === 6,
    ],
    ['a decision', { policy_decisions: 'blocked' }, (row: Row) => row.policy_decision === 'blocked'],
  ])('keeps exactly the rows that %s means', async (_filter, args, means) => {
    const kept = rows.filter((row) => means(row));
    const { totals } = await ask(args);
    expect(kept.length).toBeGreaterThan(0);
    expect(totals).toMatchObject({ rows: kept.length, connections: sum(kept) });
  });

  it('groups as a naive reading does', async () => {
    const { items, totals } = await ask({ group_by: ['source_app', 'dest_env'], detail_level: 'full' });
    const naive = Map.groupBy(rows, ({ src, dst }) => `${labelOf(src, 'app') ?? '-'} ${labelOf(dst, 'env') ?? '-'}`);
    expect(totals.section_totals).toEqual({ group_by: naive.size });
    for (const { source_app: app, dest_env: env, connections, rows: count } of items) {
      const group = naive.get(`${String(app)} ${String(env)}`) ?? [];
      expect([app, env, connections, count]).toEqual([app, env, sum(group), group.length]);
    }
  });

  it('counts under external destinations what has no workload there and is no broadcast', async () => {
    const args = { ...WINDOW, detail_level: 'full', include_sources: ['app=payments env=prod'] };
    const pages = await allPages(pce.dispatcher, 'get-traffic-flows-summary', args);
    const external = pages
      .flatMap(({ structured }) => structured.items)
      .filter(({ section }) => section === 'external_destinations');
    const naive = rows
      .filter(({ src }) => labelOf(src, 'app') === 'payments' && labelOf(src, 'env') === 'prod')
      .filter(
        ({ dst, transmission }) =>
          dst.workload === undefined && !['broadcast', 'multicast'].includes(transmission ?? ''),
      );
    expect(naive.length).toBeGreaterThan(0);
    expect(external.reduce((total, { connections }) => total + Number(connections), 0)).toBe(sum(naive));
  });
});

function ordering({ dst }: Row): boolean {
  return labelOf(dst, 'app') === 'ordering' && labelOf(dst, 'env') === 'prod';
}
