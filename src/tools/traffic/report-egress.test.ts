import { afterAll, describe, expect, it } from 'vitest';
import { type Called, callTool } from '../../../test/catalogue/call.ts';
import { flowRow } from '../../../test/catalogue/flow-rows.ts';
import { memoryPce } from '../../../test/catalogue/memory-pce.ts';
import type { TrafficQuery } from '../../pce/traffic/query.ts';
import { flowTables } from '../../work/flow-tables.ts';
import reportEgress from './report-egress.ts';

const flows = flowTables();
afterAll(() => flows.close());
const clock = { now: () => Date.parse('2025-06-15T10:00:00Z') };

const bw = { ip: '10.0.0.1', name: 'bw1', labels: { app: 'sap-bw', env: 'prod' } };
const web = { ip: '10.0.0.2', name: 'web1', labels: { app: 'shop', env: 'prod' } };
const out = (facts: Parameters<typeof flowRow>[0], bytes: number) => ({
  ...flowRow({ port: 443, ...facts }),
  dst_bi: bytes,
});
const github = { ip: '140.82.121.3', fqdn: 'api.github.com' };
const now = [
  out({ from: bw, to: { ip: '203.0.113.77' }, process: 'rclone.exe' }, 18e9),
  out({ from: web, to: github, connections: 5 }, 2e8),
  out({ from: web, to: { ip: '140.82.121.4', fqdn: 'api.github.com' }, connections: 3 }, 4e8),
  out({ from: web, to: { ip: '198.51.100.3', fqdn: 'api.openai.com' } }, 1_000),
  out({ from: web, to: { ip: '198.51.100.4', lists: ['Any (0.0.0.0/0 and ::/0)', 'Partner'] } }, 10),
  out({ from: web, to: { ip: '10.9.9.9' } }, 9e9),
  out({ from: { ip: '203.0.113.9' }, to: web }, 9e9),
];
const before = [out({ from: web, to: github }, 1e7), out({ from: bw, to: { ip: '10.9.9.9' } }, 9e9)];

/** The window before ends before the later one begins. */
const pce = () => {
  const later = memoryPce({ flows: now });
  const earlier = memoryPce({ flows: before });
  const asked: TrafficQuery[] = [];
  return {
    ...later,
    asked,
    traffic: (query: TrafficQuery) => {
      asked.push(query);
      return (Date.parse(query.end) === clock.now() ? later : earlier).traffic(query);
    },
  };
};
const ask = (args: object = {}): Promise<Called> => callTool(reportEgress, args, { pce: pce(), flows, clock });

describe('report-egress', () => {
  it('tells who sends what to the internet, and nothing that stays inside or comes in', async () => {
    const { structured } = await ask();
    expect(structured.items.map(({ from, destination, bytes_sent }) => [from, destination, bytes_sent])).toEqual([
      ['sap-bw (prod)', '203.0.113.77', 18e9],
      ['shop (prod)', 'api.github.com', 6e8],
      ['shop (prod)', 'api.openai.com', 1_000],
      ['shop (prod)', '198.51.100.4', 10],
    ]);
    expect(structured.totals).toMatchObject({
      applications: 2,
      destinations: 4,
      bytes_sent: 18e9 + 6e8 + 1_010,
      spikes: 2,
    });
  });

  it('names the owner by DNS name, by IP list, or not at all', async () => {
    const owners = (await ask()).structured.items.map(({ owner, confidence, kind }) => [owner, confidence, kind]);
    expect(owners).toEqual([
      [undefined, 'unknown', undefined],
      ['GitHub', 'likely', 'saas'],
      ['OpenAI', 'likely', 'ai service'],
      ['Partner', 'listed', undefined],
    ]);
    expect((await ask({ provider: 'ai service' })).structured.items.map(({ destination }) => destination)).toEqual([
      'api.openai.com',
    ]);
  });

  it('compares with the window before, as long and just before', async () => {
    const view = pce();
    const { structured } = await callTool(
      reportEgress,
      { start_date: '2025-06-08T10:00:00Z' },
      { pce: view, flows, clock },
    );
    expect(structured.items.map(({ spike }) => spike)).toEqual([
      expect.stringContaining('18.00 GB to a place not seen in the window before'),
      expect.stringContaining('0.60 GB, before 0.01 GB'),
      undefined,
      undefined,
    ]);
    expect(structured.window_before).toEqual({ start: '2025-06-01T09:59:59Z', end: '2025-06-08T09:59:59Z' });
    expect(view.asked).toHaveLength(2);
  });
});
