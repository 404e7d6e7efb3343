import { afterAll, beforeAll, expect, it } from 'vitest';
import { allPages, callWith, type Called } from '../catalogue/call.ts';
import { NOW_MS, type Simulated, simulated } from '../catalogue/simulated.ts';

const DAY_MS = 86_400_000;
const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

let pce: Simulated;
beforeAll(async () => {
  pce = await simulated({ profile: 'mid', flows: 450_000 });
});
afterAll(() => pce.close());

/** What the simulator counts record by record, without a cap. */
async function counted(destinations: readonly (readonly object[])[]): Promise<{ rows: number; connections: number }> {
  const { url } = pce.simulator;
  const answer = await fetch(`${url}/_sim/traffic/count`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      sources: { include: [[]], exclude: [] },
      destinations: { include: destinations, exclude: [] },
      services: { include: [], exclude: [] },
      policy_decisions: [],
      start_date: iso(NOW_MS - 30 * DAY_MS),
      end_date: iso(NOW_MS),
    }),
  });
  return (await answer.json()) as { rows: number; connections: number };
}

/** As a client does: repeats the call with its cursor while the PCE is still working. */
async function answered(args: object): Promise<Called> {
  for (let cursor: string | undefined; ; ) {
    const called = await callWith(
      pce.dispatcher,
      'get-traffic-flows',
      cursor === undefined ? args : { ...args, cursor },
    );
    if (called.isError || called.structured.coverage.rows_read > 0) return called;
    cursor = called.structured.cursor;
  }
}

const wholeByPolicy = new Map<string, number>();

it('an application with more than 200,000 rows is told whole', { timeout: 900_000 }, async () => {
  const { structured } = await answered({ group_by: ['policy'], include_destinations: ['app=ecommerce env=prod'] });
  const pages = await allPages(pce.dispatcher, 'get-labels', {});
  const labels = pages.flatMap(({ structured: { items } }) => items);
  const href = (key: string, value: string): string =>
    String(labels.find((item) => item.key === key && item.value === value)?.href);
  const expected = await counted([
    [{ label: { href: href('app', 'ecommerce') } }, { label: { href: href('env', 'prod') } }],
  ]);
  expect(expected.rows).toBeGreaterThan(200_000);
  expect(structured.totals).toMatchObject({ total_pce_flows: expected.rows, connections: expected.connections });
  expect(structured.coverage).toMatchObject({ truncated: false, gaps: [] });
  for (const { policy, connections } of structured.items) wholeByPolicy.set(String(policy), Number(connections));
});

it('a part of it that fails is named, and what was read is told without it', { timeout: 900_000 }, async () => {
  const path = '/orgs/1/traffic_flows/async_queries';
  await fetch(`${pce.simulator.url}/_sim/faults`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    // The first is the question itself; a POST that failed is never sent again.
    body: JSON.stringify([{ match: { method: 'POST', path, nth: 3 }, effect: { kind: 'status', status: 500 } }]),
  });
  const target = 'app=ecommerce env=prod';
  const { structured, text } = await answered({
    group_by: ['policy'],
    include_destinations: [target],
    exclude_workloads_from_ip_list_query: false,
  });
  expect(structured.coverage.truncated).toBe(true);
  expect(structured.coverage.gaps).toEqual([
    expect.stringMatching(/^(?:allowed|potentially_blocked|blocked|unknown)\b.*: /),
  ]);
  expect(text).toContain('CUT');
  const [gap = ''] = structured.coverage.gaps;
  const [missing = ''] = gap.split(/[,:]/);
  const told = structured.items.find(({ policy }) => policy === missing);
  expect(Number(told?.connections ?? 0)).toBeLessThan(wholeByPolicy.get(missing) ?? 0);
});
