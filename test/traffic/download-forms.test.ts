import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { flowRecord } from '../../src/model/flows/records.test-support.ts';
import type { RemoteFlowTable } from '../../src/work/flows.ts';
import getTrafficFlowsSummary from '../../src/tools/traffic/get-traffic-flows-summary.ts';
import { DIMENSIONS } from '../../src/model/flows/dimensions.ts';
import type { Dimension } from '../../src/model/flows/question.ts';
import { flowTables } from '../../src/work/flow-tables.ts';
import { callTool } from '../catalogue/call.ts';
import { memoryPce } from '../catalogue/memory-pce.ts';
import { simulated } from '../client/simulated.ts';

const flows = flowTables();
afterAll(() => flows.close());
const clock = { now: () => Date.parse('2025-06-15T10:00:00Z') };

it('totals of a summary are those of a naive re-computation over the raw download', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(flowRecord, { maxLength: 60 }), async (records) => {
      const { structured } = await callTool(
        getTrafficFlowsSummary,
        {},
        { pce: memoryPce({ flows: records }), flows, clock },
      );
      const connections = records.reduce((sum, row) => sum + Number(row.num_connections), 0);
      const byDecision: Record<string, { rows: number; connections: number }> = {};
      for (const row of records) {
        const decision = String(row.policy_decision);
        const known = byDecision[decision] ?? { rows: 0, connections: 0 };
        byDecision[decision] = { rows: known.rows + 1, connections: known.connections + Number(row.num_connections) };
      }
      expect(structured.totals).toMatchObject({ rows: records.length, connections, by_decision: byDecision });
      expect(structured.coverage.rows_read).toBe(records.length);
    }),
    { numRuns: 30 },
  );
});

const LABELS = ['role', 'app', 'env', 'loc'];

describe('the same query downloaded as CSV and as JSON', () => {
  let tables: readonly RemoteFlowTable[];
  beforeAll(async () => {
    const sim = await simulated({ delays: { queuedMs: 0, workingMs: 0, rulesMs: 0 } });
    const { url, apiKey, apiSecret } = sim.simulator;
    const authorization = `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`;
    const queries = `${url}/api/v2/orgs/1/traffic_flows/async_queries`;
    const any = { include: [[]], exclude: [] };
    const posted = await fetch(queries, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({
        query_name: 'both forms',
        start_date: '2026-05-05T00:00:00Z',
        end_date: '2026-05-12T00:00:00Z',
        sources: any,
        destinations: any,
        services: { include: [], exclude: [] },
        policy_decisions: [],
        max_results: 100_000,
      }),
    });
    const { href } = (await posted.json()) as { readonly href: string };
    const get = (path: string, accept: string) =>
      fetch(`${url}/api/v2${path}`, { headers: { authorization, accept, 'accept-encoding': 'identity' } });
    await vi.waitFor(async () => {
      const { status } = (await (await get(href, 'application/json')).json()) as { readonly status: string };
      if (status !== 'completed') throw new Error(status);
    });
    const load = async (format: 'json' | 'csv', accept: string) => {
      const { body } = await get(`${href}/download`, accept);
      if (!body) throw new Error('no body');
      return flows.load({ open: async () => ({ encoding: 'identity', format, chunks: body }) });
    };
    tables = [await load('json', 'application/json'), await load('csv', 'text/csv')];
    await sim.close();
  });

  it('gives tables with the same totals and labels', () => {
    const [json, csv] = tables.map(({ totals: { edges: _ofParties, ...totals } }) => totals);
    expect(json?.rows).toBeGreaterThan(1_000);
    expect(csv).toEqual(json);
    // Label types beyond the four of every PCE have their display names in CSV.
    expect(tables[1]?.labelKeys).toHaveLength(tables[0]?.labelKeys.length ?? -1);
    expect(tables[1]?.labelKeys).toEqual(expect.arrayContaining(LABELS));
  });

  // What the CSV of a PCE does not tell (traffic.md §4.3): hrefs, operating systems, clients, ICMP types; the names of several IP lists
  // stand in one cell, from which parties get theirs; flows of a collector have no direction; and unicast is spelled out.
  const NOT_TOLD = /_(?:workload|os_type|ip_list|party)$|^(?:ip_list|client_type|icmp|direction|transmission)$/;

  it('which agree on every dimension that both tell, with sums, bytes and times', async () => {
    const ofLabels = LABELS.flatMap((key) => [`source_${key}`, `destination_${key}`]);
    const told = [...DIMENSIONS.filter((dimension) => !NOT_TOLD.test(dimension)), ...ofLabels];
    expect(told.length).toBeGreaterThan(30);
    for (const dimension of told) {
      const [json, csv] = await Promise.all(
        tables.map(async (table) => {
          // The list of the dimensions is of all there are.
          const { groups } = await table.ask({ by: [dimension as Dimension, 'policy'], limit: 100_000 });
          return groups.map((group) => JSON.stringify(group)).toSorted();
        }),
      );
      expect([dimension, csv]).toEqual([dimension, json]);
    }
  });
});
