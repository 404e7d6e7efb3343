import { afterAll, describe, expect, it } from 'vitest';
import { callTool } from '../../../test/catalogue/call.ts';
import { flowRow } from '../../../test/catalogue/flow-rows.ts';
import { label, memoryPce } from '../../../test/catalogue/memory-pce.ts';
import { flowTables } from '../../work/flow-tables.ts';
import getPolicyCoverageReport from './get-policy-coverage-report.ts';

const flows = flowTables();
afterAll(() => flows.close());

const labels = [label(1, 'app', 'ordering'), label(2, 'env', 'prod')];
const own = { ip: '10.0.0.1', name: 'ord1', labels: { app: 'ordering', env: 'prod' } };
const crm = { ip: '10.0.0.2', name: 'crm1', labels: { app: 'crm', env: 'prod' } };
const call = (rows: readonly object[], args: object = {}) =>
  callTool(
    getPolicyCoverageReport,
    { app_name: 'app=ordering', env_name: labels[1]?.href, ...args },
    { pce: memoryPce({ labels, flows: rows }), flows },
  );

describe('get-policy-coverage-report', () => {
  it('counts each direction once and drops nothing for a missing label or port', async () => {
    const { structured } = await call([
      flowRow({ from: crm, to: own, port: 443, connections: 30 }),
      flowRow({ from: crm, to: own, port: 22, policy: 'blocked', connections: 5 }),
      flowRow({ from: { ip: '10.7.7.7' }, to: own, proto: 1, policy: 'potentially_blocked', connections: 3 }),
      flowRow({ from: own, to: own, port: 8080, connections: 50 }),
      flowRow({ from: own, to: crm, port: 1433, policy: 'potentially_blocked', connections: 12 }),
    ]);
    expect(structured).toMatchObject({
      overall_coverage_percentage: 80,
      row_coverage_percentage: 40,
      totals: { total_flows: 5, total_allowed: 2, total_connections: 100, uncovered: 3 },
      inbound: {
        total_flows: 3,
        by_decision: { allowed: 1, blocked: 1, potentially_blocked: 1 },
        coverage_percentage: 78.9,
        uncovered_services: [
          { port: 22, proto: 'tcp', connections: 5 },
          { proto: 'icmp', connections: 3 },
        ],
        uncovered_apps: [{ app: 'crm', env: 'prod', connections: 5 }, { connections: 3 }],
      },
      outbound: { total_flows: 1, coverage_percentage: 0 },
      intra: { total_flows: 1, coverage_percentage: 100, uncovered_services: [] },
    });
    expect(structured.items).toEqual([
      {
        direction: 'outbound',
        app: 'crm',
        env: 'prod',
        port: 1433,
        proto: 'tcp',
        policy: 'potentially_blocked',
        connections: 12,
      },
      { direction: 'inbound', app: 'crm', env: 'prod', port: 22, proto: 'tcp', policy: 'blocked', connections: 5 },
      { direction: 'inbound', proto: 'icmp', policy: 'potentially_blocked', connections: 3 },
    ]);
  });

  it('gives no percentage without evaluated traffic', async () => {
    const silent = await call([]);
    expect(silent.structured['overall_coverage_percentage']).toBeUndefined();
    expect(silent.structured.answer).toBe('ordering (prod) had no traffic in the window.');
    const unknown = await call([flowRow({ from: crm, to: own, port: 443, policy: 'unknown' })]);
    expect(unknown.structured.answer).toContain('only traffic that no VEN evaluated (1 row)');
  });

  it('refuses an href of another key', async () => {
    const { structured } = await call([], { env_name: labels[0]?.href });
    expect(structured.error).toBe('invalid_arguments');
  });
});
