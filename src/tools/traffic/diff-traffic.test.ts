import { afterAll, describe, expect, it } from 'vitest';
import { type Called, callTool } from '../../../test/catalogue/call.ts';
import { flowRow } from '../../../test/catalogue/flow-rows.ts';
import { memoryPce } from '../../../test/catalogue/memory-pce.ts';
import type { TrafficQuery } from '../../pce/traffic/query.ts';
import { flowTables } from '../../work/flow-tables.ts';
import diffTraffic from './diff-traffic.ts';

const flows = flowTables();
afterAll(() => flows.close());
const clock = { now: () => Date.parse('2025-06-15T10:00:00Z') };

const runner = { ip: '10.0.0.1', name: 'runner1', labels: { app: 'cicd', env: 'shared', role: 'runner' } };
const runner2 = { ...runner, ip: '10.0.0.9', name: 'runner2' };
const db = { ip: '10.0.0.2', name: 'db1', labels: { app: 'payments', env: 'prod', role: 'db' } };
const api = { ip: '10.0.0.3', name: 'api1', labels: { app: 'payments', env: 'prod', role: 'api' } };
const both = flowRow({ from: api, to: db, port: 1521, connections: 100 });
const now = [
  both,
  flowRow({ from: runner, to: db, port: 1521, connections: 40 }),
  flowRow({ from: runner2, to: db, port: 1521, connections: 2, policy: 'blocked' }),
  flowRow({ from: api, to: runner, port: 443, connections: 7_000 }),
  flowRow({ from: api, to: db, port: 49_999, connections: 4 }),
  flowRow({ from: api, to: db, proto: 1, connections: 4 }),
];
const before = [
  both,
  flowRow({ from: api, to: runner, port: 443, connections: 70 }),
  flowRow({ from: runner, to: api, port: 8_080, connections: 5 }),
];

const pce = () => {
  const later = memoryPce({ flows: now });
  const earlier = memoryPce({ flows: before });
  return {
    ...later,
    traffic: (query: TrafficQuery) => (Date.parse(query.end) === clock.now() ? later : earlier).traffic(query),
  };
};
const ask = (args: object = {}): Promise<Called> => callTool(diffTraffic, args, { pce: pce(), flows, clock });
const changes = ({ structured }: Called) =>
  structured.items.map(({ change, risk, from, to, service, connections, connections_before }) =>
    [change, risk, from, to, service, connections, connections_before].join(' | '),
  );

describe('diff-traffic', () => {
  it('tells new, grown and vanished edges between tiers, riskiest first, without noise', async () => {
    const called = await ask();
    expect(changes(called)).toEqual([
      'new | high | cicd (shared, runner) | payments (prod, db) | 1521/tcp | 42 | 0',
      'grown | medium | payments (prod, api) | cicd (shared, runner) | 443/tcp | 7000 | 70',
      'vanished | low | cicd (shared, runner) | payments (prod, api) | 8080/tcp | 0 | 5',
    ]);
    expect(called.structured.totals).toMatchObject({ new: 1, grown: 1, vanished: 1, high: 1, edges_before: 3 });
    expect(called.structured.coverage.gaps.join()).toContain('2 edges of discovery');
    expect(called.structured.items[0]).toMatchObject({ policy: 'several', why: 'Oracle of another application' });
  });

  it('lists noise where asked', async () => {
    expect(changes(await ask({ ignore_noise: false })).filter((line) => line.startsWith('new'))).toHaveLength(3);
  });

  it('compares rates, so that windows may differ in length', async () => {
    const { structured } = await ask({
      lookback_days: 7,
      baseline_start_date: '2025-06-08T00:00:00Z',
      baseline_end_date: '2025-06-08T01:00:00Z',
    });
    expect(structured.totals.grown).toBe(0);
    expect(structured.baseline).toEqual({ start: '2025-06-08T00:00:00Z', end: '2025-06-08T01:00:00Z' });
  });

  it('draws what changed', async () => {
    expect((await ask({ render: 'mermaid' })).text).toContain('|"1521/tcp"|');
  });
});
