import { afterAll, expect, it } from 'vitest';
import { callTool } from '../../../test/catalogue/call.ts';
import { flowRow } from '../../../test/catalogue/flow-rows.ts';
import { memoryPce } from '../../../test/catalogue/memory-pce.ts';
import { flowTables } from '../../work/flow-tables.ts';
import identifyInfrastructureServices from './identify-infrastructure-services.ts';

const flows = flowTables();
afterAll(() => flows.close());

const end = (app: string) => ({
  ip: `10.0.0.${app.length}`,
  name: app,
  labels: { app, env: app === 'pos' ? 'Staging' : 'Production' },
});
const row = (from: string, to: string, connections: number) =>
  flowRow({ from: end(from), to: end(to), port: 443, connections });

// reference-server.md §2.2, "Golden vector".
const GOLDEN = [
  row('crm', 'ad', 100),
  row('ordering', 'ad', 200),
  row('pos', 'ad', 50),
  row('nagios', 'crm', 30),
  row('nagios', 'ordering', 30),
  row('nagios', 'pos', 10),
  row('crm', 'ordering', 400),
];
const call = (args: object, rows: readonly object[] = GOLDEN) => {
  const pce = memoryPce({ flows: rows });
  return callTool(identifyInfrastructureServices, args, { pce, flows }).then((called) => ({ ...called, pce }));
};

it('gives the golden vector, with the decisions of the published formula', async () => {
  const { structured, pce } = await call({});
  expect(structured.items.map((item) => [item['app'], item['infrastructure_score'], item['dominant_pattern']])).toEqual(
    [
      ['ad', 97.8, 'provider'],
      ['nagios', 95.6, 'consumer'],
      ['ordering', 46.2, 'provider'],
      ['crm', 45.5, 'consumer'],
      ['pos', 14.3, 'provider'],
    ],
  );
  expect(structured.items[0]).toMatchObject({
    tier: 'Core Infrastructure',
    in_degree: 3,
    out_degree: 0,
    betweenness_centrality: 0.1667,
    consumer_ratio: 1,
    inbound_connections: 350,
    consumed_by: ['ordering (Production)', 'crm (Production)', 'pos (Staging)'],
  });
  expect(structured['halved']).toEqual(['pos (Staging)']);
  expect(pce.asked[0]?.args[0]).toMatchObject({ decisions: ['allowed', 'potentially_blocked', 'blocked'] });
});

it('counts tiers before it trims, and says what is not shown', async () => {
  const { structured } = await call({ top_n: 1 });
  expect(structured.items).toHaveLength(1);
  expect(structured.totals).toMatchObject({
    unique_apps: 5,
    unique_app_to_app_edges: 7,
    tier_counts: { core_infrastructure: 2, shared_service: 0, standard_application: 3 },
  });
  expect(structured.coverage.gaps).toContain('4 applications beyond top_n; tier_counts count them');
});

it('explains a score with its factors and weights', async () => {
  const { structured } = await call({ explain: true });
  expect(structured.items[4]?.['explanation']).toBe(
    'provider: degree 33.3 × 0.4 + direction 50.0 × 0.3 + betweenness 33.3 × 0.25 + volume 9.5 × 0.05 × 0.77 for min(in 1, out 1) × 0.5 outside production',
  );
});

it('keeps rows without labels out of the graph, counts them, and counts unlabelled sources', async () => {
  const stranger = flowRow({ from: { ip: '192.168.1.1' }, to: end('ad'), port: 445 });
  const { structured } = await call({}, [...GOLDEN, stranger, { ...stranger, src: { ip: '192.168.1.2' } }]);
  expect(structured.items[0]).toMatchObject({ app: 'ad', unmanaged_sources: 2, infrastructure_score: 97.8 });
  expect(structured.coverage.gaps).toContain('2 rows where an end has no app or no env label');
});

it('says so when there is no traffic between applications', async () => {
  const { structured } = await call({}, []);
  expect(structured.items).toEqual([]);
  expect(structured.answer).toBe('No traffic between two labelled applications in the window.');
});
