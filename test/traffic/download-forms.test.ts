import * as fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { flowRecord } from '../../src/model/flows/records.test-support.ts';
import getTrafficFlowsSummary from '../../src/tools/traffic/get-traffic-flows-summary.ts';
import { flowTables } from '../../src/work/flow-tables.ts';
import { callTool } from '../catalogue/call.ts';
import { memoryPce } from '../catalogue/memory-pce.ts';

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
