import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scopedServer, valueOf } from '../harness/scoped.ts';

// Issue 6: an application owner sees `app=…`; peers outside are redacted to application and environment.
let server: Awaited<ReturnType<typeof scopedServer>>;
beforeAll(async () => {
  server = await scopedServer();
}, 60_000);
afterAll(() => server.close());

type Workload = (typeof server.workloads)[number];
const SCOPES: readonly (readonly [scope: string, isInside: (workload: Workload) => boolean])[] = [
  ['app=siem', (workload) => valueOf(workload, 'app') === 'siem'],
  [
    'app=payments env=dev; app=siem',
    (workload) =>
      valueOf(workload, 'app') === 'siem' ||
      (valueOf(workload, 'app') === 'payments' && valueOf(workload, 'env') === 'dev'),
  ],
];

const READS: readonly (readonly [tool: string, args: object])[] = [
  ['get-workloads', {}],
  ['get-vens', {}],
  ['get-workload-enforcement-status', {}],
  ['get-traffic-flows', { lookback_days: 7 }],
  ['get-traffic-flows', { lookback_days: 7, include_destinations: ['app=ad-core'] }],
  ['get-traffic-flows-summary', { lookback_days: 7, group_by: ['source_ip', 'destination_ip'] }],
  ['who-talks-to', { target: 'app=siem', lookback_days: 7 }],
  ['find-unmanaged-traffic', { lookback_days: 7 }],
];

const DAY_MS = 86_400_000;
const dayBefore = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);
const lastWeek = () => ({ start_date: dayBefore(8), end_date: dayBefore(2) });

describe.each(SCOPES)('limited to %s', (scope, isInside) => {
  it('exactly the workloads inside exist', async () => {
    const { structured } = await server.ask(scope, 'get-workloads', {});
    const inside = server.workloads.filter(isInside).map(({ href }) => href);
    expect(inside.length).toBeGreaterThan(2);
    expect(structured.items.map(({ href }) => String(href)).toSorted()).toEqual(inside.toSorted());
    expect(structured.coverage.gaps.join()).toContain(scope);
  });

  it.each(READS)('%s %j tells no name, href or address of a workload outside', async (tool, args) => {
    const { isError, text, structured } = await server.ask(scope, tool, args);
    expect(isError).toBe(false);
    expect(structured.items.length).toBeGreaterThan(0);
    const told = `${text}${JSON.stringify(structured)}`;
    for (const { href, hostname } of server.workloads.filter((workload) => !isInside(workload))) {
      expect(told).not.toContain(href);
      if (hostname !== '') expect(told).not.toContain(hostname);
    }
  });

  it('traffic is that with an end inside, all of it', async () => {
    // Whole days of the past: two windows that end now would end at two different moments.
    const args = { ...lastWeek(), group_by: ['source_app', 'source_env', 'destination_app', 'destination_env'] };
    const [all, seen] = await Promise.all([
      server.rows(null, 'get-traffic-flows-summary', args),
      server.rows(scope, 'get-traffic-flows-summary', args),
    ]);
    const apps = new Set(['app=siem', ...(scope.includes('payments') ? ['payments|dev'] : [])]);
    const isOwn = (app: unknown, env: unknown) =>
      apps.has(`app=${String(app)}`) || apps.has(`${String(app)}|${String(env)}`);
    const expected = all.filter(
      (row) => isOwn(row['source_app'], row['source_env']) || isOwn(row['destination_app'], row['destination_env']),
    );
    const connections = (rows: readonly Readonly<Record<string, unknown>>[]) =>
      rows.reduce((sum, row) => sum + Number(row['connections']), 0);
    expect(expected.length).toBeGreaterThan(3);
    expect(connections(seen)).toBe(connections(expected));
    expect(seen.length).toBe(expected.length);
  });
});
