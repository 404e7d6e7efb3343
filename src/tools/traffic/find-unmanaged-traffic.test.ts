import { afterAll, describe, expect, it } from 'vitest';
import { type Called, callTool } from '../../../test/catalogue/call.ts';
import { flowRow } from '../../../test/catalogue/flow-rows.ts';
import { memoryPce } from '../../../test/catalogue/memory-pce.ts';
import { flowTables } from '../../work/flow-tables.ts';
import findUnmanagedTraffic from './find-unmanaged-traffic.ts';

const flows = flowTables();
afterAll(() => flows.close());
const clock = { now: () => Date.parse('2025-06-15T10:00:00Z') };

const dc = { ip: '10.0.0.1', name: 'dc1', labels: { app: 'ad', env: 'prod' } };
const noEnv = { ip: '10.0.0.2', name: 'half', labels: { app: 'crm' } };
const lost = { ip: '10.0.0.3', name: 'lost' };
const rogue = { ip: '10.21.9.77' };
const client = { ip: '203.0.113.9' };
const saas = { ip: '203.0.113.10', fqdn: 'api.example.com' };

const rows = [
  flowRow({ from: client, to: dc, port: 443, connections: 900 }),
  flowRow({ from: rogue, to: dc, port: 445, connections: 7 }),
  flowRow({ from: client, to: dc, port: 3389, connections: 2, policy: 'blocked' }),
  flowRow({ from: lost, to: dc, port: 53, proto: 17, connections: 4 }),
  flowRow({ from: rogue, to: noEnv, proto: 1, connections: 3 }),
  flowRow({ from: dc, to: saas, port: 443, connections: 50 }),
  flowRow({ from: dc, to: { ip: '10.0.0.255' }, port: 137, proto: 17, connections: 40, transmission: 'broadcast' }),
  flowRow({ from: dc, to: noEnv, port: 8080, connections: 1_000 }),
  flowRow({ from: rogue, to: client, port: 80, connections: 5 }),
];
const ask = (args: object): Promise<Called> =>
  callTool(findUnmanagedTraffic, args, { pce: memoryPce({ flows: rows }), flows, clock });
const edges = ({ structured }: Called) =>
  structured.items.map(({ direction, src_ip, dst_ip, dst_app, src_app, port, connections, kind }) =>
    [direction, src_ip ?? dst_ip, dst_app ?? src_app, port, connections, kind].join(' '),
  );

describe('find-unmanaged-traffic', () => {
  it('lists edges of addresses without an agent, risky ones first, none dropped for a missing env or port', async () => {
    const called = await ask({});
    expect(edges(called)).toEqual([
      'inbound 10.21.9.77 ad 445 7 internal',
      'inbound 203.0.113.9 ad 3389 2 internet',
      'inbound 203.0.113.9 ad 443 900 internet',
      'inbound 10.0.0.3 ad 53 4 unlabelled',
      'inbound 10.21.9.77 crm  3 internal',
      'outbound 203.0.113.10 ad 443 50 internet',
    ]);
    expect(called.structured.totals).toMatchObject({
      unmanaged_source_count: 5,
      unmanaged_destination_count: 1,
      risky: 2,
    });
    expect(called.structured.coverage.gaps.join()).toContain('40 broadcast and multicast connections');
  });

  it('counts before it trims, and says what it trimmed', async () => {
    const { structured } = await ask({ direction: 'inbound', top_n: 1 });
    expect(structured.items).toHaveLength(1);
    expect(structured.totals).toMatchObject({ unmanaged_source_count: 5 });
    expect(structured.totals).not.toHaveProperty('unmanaged_destination_count');
    expect(structured.coverage.gaps.join()).toContain('4 rows beyond top_n=1');
  });

  it('keeps edges of at least min_connections, and the internet out where asked', async () => {
    expect(edges(await ask({ min_connections: 50 }))).toEqual([
      'inbound 203.0.113.9 ad 443 900 internet',
      'outbound 203.0.113.10 ad 443 50 internet',
    ]);
    expect(edges(await ask({ internal_only: true })).join()).not.toContain('203.0.113');
  });
});
