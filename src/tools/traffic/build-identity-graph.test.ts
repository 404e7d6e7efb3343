import { afterAll, describe, expect, it } from 'vitest';
import { type Called, callTool } from '../../../test/catalogue/call.ts';
import { flowRow } from '../../../test/catalogue/flow-rows.ts';
import { memoryPce } from '../../../test/catalogue/memory-pce.ts';
import { flowTables } from '../../work/flow-tables.ts';
import buildIdentityGraph from './build-identity-graph.ts';

const flows = flowTables();
afterAll(() => flows.close());
const clock = { now: () => Date.parse('2025-06-15T10:00:00Z') };

const host = (n: number, app: string) => ({ ip: `10.0.0.${n}`, name: `h${n}`, labels: { app, env: 'prod' } });
const rows = [
  flowRow({
    from: host(1, 'vdi'),
    to: host(2, 'crm'),
    port: 443,
    connections: 10,
    user: 'MRG\\Alice',
    process: 'chrome.exe',
  }),
  flowRow({
    from: host(3, 'vdi'),
    to: host(2, 'crm'),
    port: 3389,
    connections: 2,
    user: 'alice@mrg.example',
    policy: 'blocked',
  }),
  flowRow({
    from: host(1, 'vdi'),
    to: host(2, 'crm'),
    port: 443,
    connections: 10,
    user: 'NT AUTHORITY\\SYSTEM',
    direction: 'inbound',
  }),
  flowRow({
    from: host(1, 'vdi'),
    to: { ip: '203.0.113.1', fqdn: 'api.example.com' },
    port: 443,
    connections: 4,
    user: 'svc-web',
  }),
  flowRow({ from: host(1, 'vdi'), to: host(2, 'crm'), port: 80, connections: 1 }),
];
const ask = (args: object = {}): Promise<Called> =>
  callTool(buildIdentityGraph, args, { pce: memoryPce({ flows: rows }), flows, clock });

describe('build-identity-graph', () => {
  it('makes one identity of the spellings of an account, and tells people from services', async () => {
    const { structured } = await ask();
    expect(structured.items.map(({ identity, type, connections }) => [identity, type, connections])).toEqual([
      ['alice', 'interactive', 12],
      ['system', 'service', 10],
      ['svc-web', 'service', 4],
    ]);
    expect(structured.items[0]).toMatchObject({
      seen_as: expect.arrayContaining(['MRG\\Alice', 'alice@mrg.example']),
      observed_on_workloads: ['h1', 'h3'],
      workload_count: 2,
      distinct_apps: 1,
      ports: ['443/tcp', '3389/tcp'],
      policy_decisions: { allowed: 10, blocked: 2 },
      active_days: 2,
      window_days: 30,
      activity_density: 0.07,
    });
    expect(structured.totals).toMatchObject({
      flow_rows: 5,
      rows_with_identity: 4,
      rows_without_identity: 1,
      identities: 3,
      interactive: 1,
      service: 2,
    });
  });

  it('puts an account on the host whose agent reported it', async () => {
    const { items } = (await ask({ identity: ['system'] })).structured;
    expect(items).toEqual([expect.objectContaining({ observed_on_workloads: ['h2'] })]);
  });

  it('says what to review, and why', async () => {
    const { findings } = (await ask()).structured;
    expect(findings).toEqual([
      { level: 'review', identity: 'alice', finding: "a person's account on 2 workloads" },
      { level: 'review', identity: 'alice', finding: '2 connections were blocked' },
      { level: 'note', identity: 'alice', finding: 'active on 2 of 30 days' },
    ]);
  });

  it('draws who uses what', async () => {
    const { text, structured } = await ask({ include_edges: true, render: 'mermaid' });
    expect(text).toContain('```mermaid\nflowchart LR\n');
    const edges = structured.edges as readonly { from: string; to: string }[];
    for (const { from, to } of edges)
      for (const end of [from, to]) expect(text).toContain(`["${end.replaceAll('\\', '·')}"]`);
  });

  it('leaves services out where asked, and gives edges only where asked', async () => {
    const people = await ask({ include_service_accounts: false });
    expect(people.structured.items).toHaveLength(1);
    expect(people.structured.edges).toBeUndefined();
    const { edges } = (await ask({ include_edges: true })).structured;
    expect(edges).toEqual([
      { from: 'alice', to: 'crm (prod)', connections: 12 },
      { from: 'system', to: 'crm (prod)', connections: 10 },
      { from: 'svc-web', to: 'external:api.example.com', connections: 4 },
    ]);
  });
});
