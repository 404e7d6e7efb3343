import { afterAll, describe, expect, it } from 'vitest';
import { type Called, callTool } from '../../../test/catalogue/call.ts';
import { flowRow } from '../../../test/catalogue/flow-rows.ts';
import { memoryPce } from '../../../test/catalogue/memory-pce.ts';
import { flowTables } from '../../work/flow-tables.ts';
import discoverProcessEgress from './discover-process-egress.ts';

const flows = flowTables();
afterAll(() => flows.close());
const clock = { now: () => Date.parse('2025-06-15T10:00:00Z') };

const a = { ip: '10.0.0.1', name: 'a' };
const b = { ip: '10.0.0.2', name: 'b' };
const github = { ip: '140.82.121.3', fqdn: 'api.github.com' };
const rows = [
  flowRow({ from: a, to: github, port: 443, connections: 5, process: 'C:\\Tools\\curl.exe' }),
  flowRow({
    from: b,
    to: { ...github, ip: '140.82.121.4' },
    port: 443,
    connections: 7,
    process: 'C:\\Windows\\System32\\curl.exe',
  }),
  flowRow({
    from: a,
    to: { ip: '203.0.113.9' },
    port: 80,
    connections: 2,
    policy: 'blocked',
    process: '/usr/bin/wget',
  }),
  flowRow({ from: a, to: { ip: '203.0.113.9' }, port: 80, connections: 1 }),
  flowRow({
    from: { ip: '203.0.113.8' },
    to: { ip: '203.0.113.10' },
    port: 25,
    connections: 3,
    process: '/usr/sbin/smtpd',
    direction: 'inbound',
  }),
  flowRow({ from: a, to: b, port: 22, connections: 90, process: '/usr/bin/ssh' }),
  flowRow({ from: a, to: { ip: '10.0.0.255' }, port: 137, proto: 17, process: 'nmbd', transmission: 'broadcast' }),
];
const ask = (args: object = {}): Promise<Called> =>
  callTool(discoverProcessEgress, args, { pce: memoryPce({ flows: rows }), flows, clock });

describe('discover-process-egress', () => {
  it('lists named processes that leave, one row for one program wherever it is installed', async () => {
    const { structured } = await ask();
    expect(structured.items).toEqual([
      {
        process: 'curl.exe',
        destination: 'api.github.com',
        resolved_by_name: true,
        port: 443,
        proto: 'tcp',
        policy_decision: 'allowed',
        permitted_today: true,
        connections: 12,
        process_runs_on: ['b', 'a'],
        likely_provider: 'GitHub',
        provider_confidence: 'likely',
      },
      expect.objectContaining({
        process: 'wget',
        destination: '203.0.113.9',
        resolved_by_name: false,
        permitted_today: false,
      }),
    ]);
    expect(structured.totals).toMatchObject({
      pce_flows: 7,
      egress_rows: 3,
      distinct_processes: 2,
      returned: 2,
      findings_truncated: false,
    });
    expect(structured.providers).toEqual([{ provider: 'GitHub', processes: ['curl.exe'] }]);
  });

  it('finds processes by part of their path, and those without a name where asked', async () => {
    expect((await ask({ process: ['WGET'] })).structured.items).toHaveLength(1);
    const unnamed = (await ask({ only_named_processes: false })).structured.items;
    expect(unnamed).toContainEqual(expect.objectContaining({ process: 'not named', connections: 1 }));
    expect((await ask({ include_inbound: true })).structured.items).toContainEqual(
      expect.objectContaining({ process: 'smtpd' }),
    );
  });

  it('trims findings only; what it tells of all processes stays whole', async () => {
    const { structured } = await ask({ limit: 1 });
    expect(structured.items).toHaveLength(1);
    expect(structured.totals).toMatchObject({ findings_truncated: true, distinct_processes: 2 });
    expect(structured.processes).toHaveLength(2);
  });
});
