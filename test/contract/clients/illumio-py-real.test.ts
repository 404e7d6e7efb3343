import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asking, type FlowRecord, type Pce, startPce } from '../simulator-traffic/harness.ts';
import { runPython, withoutPython } from './python.ts';

const DIALOGUE = fileURLToPath(new URL('illumio-py-dialogue.py', import.meta.url));
const missing = withoutPython('illumio', 'illumio');

describe.skipIf(missing !== '')(`Illumio's own Python SDK${missing}`, () => {
  let pce: Pce;
  beforeAll(async () => {
    pce = await startPce();
  });
  afterAll(() => pce?.close());

  test('connects, reads, writes, provisions and asks for traffic', async () => {
    const window = ['2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'] as const;
    const found = await runPython(
      DIALOGUE,
      [pce.url, String(pce.port), String(pce.orgId), pce.apiKey, pce.apiSecret, ...window],
      { PYTHONWARNINGS: 'ignore' },
    );
    const rows = await pce.rows(asking({ start_date: window[0], end_date: window[1], max_results: 9000 }));
    const { workloads, labels, dimensions } = pce.world.estate;
    const of = (value: (row: FlowRecord) => string) => [...new Set(rows.map(value))].sort();
    expect(found).toEqual({
      connected: true,
      labels: labels.length,
      label_keys: dimensions.map(({ key }) => key).sort(),
      workloads: workloads.length,
      modes: ['full', 'idle', 'selective', 'visibility_only'],
      managed: workloads.filter(({ managed }) => managed).length,
      workloads_async: workloads.length,
      ip_list_any: ['Any (0.0.0.0/0 and ::/0)'],
      rule_sets: pce.world.estate.ruleSets.length,
      events: expect.any(Number),
      created: ['app', 'sdk-test'],
      found: [true],
      by_name: 'All Services',
      renamed: 'sdk-test-renamed',
      duplicate: true,
      rule: true,
      provisioned: expect.any(Number),
      active: 'SDK test',
      bound: [1, []],
      bulk: [[], []],
      enforced: ['selective', 'selective'],
      flows: rows.length,
      connections: rows.reduce((sum, row) => sum + row.num_connections, 0),
      decisions: of((row) => row.policy_decision),
      directions: of((row) => row.flow_direction),
      blocking: rows.length,
    });
  });
});
