import { afterAll, describe, expect, it } from 'vitest';
import { type Called, callTool } from '../../../test/catalogue/call.ts';
import { flowRow } from '../../../test/catalogue/flow-rows.ts';
import { label, memoryPce, workload } from '../../../test/catalogue/memory-pce.ts';
import { flowTables } from '../../work/flow-tables.ts';
import findIdlePorts from './find-idle-ports.ts';

const flows = flowTables();
afterAll(() => flows.close());
const clock = { now: () => Date.parse('2025-06-15T10:00:00Z') };

const app = label(1, 'app', 'crm');
const open = (port: number, rest: object = {}) => ({
  proto: 6,
  port,
  address: null,
  process: 'p',
  user: 'root',
  windowsService: null,
  ...rest,
});
const contents = {
  labels: [app],
  workloads: [
    workload(1, 'web1', [app], {
      openPorts: [open(443), open(22), open(8_081, { address: '127.0.0.1' }), open(7_777)],
    }),
    workload(2, 'dark', [app], { openPorts: [open(22)], visibility: 'flow_drops' }),
    workload(3, 'mute', [app]),
  ],
  flows: [
    {
      ...flowRow({ from: { ip: '10.0.0.9' }, to: { ip: '10.0.0.1' }, port: 443 }),
      dst: { ip: '10.0.0.1', workload: { href: '/orgs/1/workloads/w1', name: 'web1', labels: [] } },
    },
    {
      ...flowRow({ from: { ip: '10.0.0.9' }, to: { ip: '10.0.0.1' }, port: 22, proto: 17 }),
      dst: { ip: '10.0.0.1', workload: { href: '/orgs/1/workloads/w1', name: 'web1', labels: [] } },
    },
  ],
};
const ask = (args: object = {}): Promise<Called> =>
  callTool(findIdlePorts, args, { pce: memoryPce(contents), flows, clock });

describe('find-idle-ports', () => {
  it('lists open ports without an inbound flow, riskiest first; another protocol is another port', async () => {
    const { structured } = await ask();
    expect(structured.items.map(({ host, port, risk }) => [host, port, risk])).toEqual([
      ['web1', 22, 'high'],
      ['web1', 7_777, 'low'],
    ]);
    expect(structured.items[0]).toMatchObject({
      app: 'crm',
      service: 'SSH',
      process: 'p',
      href: '/orgs/1/workloads/w1',
    });
    expect(structured.totals).toEqual({ hosts: 1, open_ports: 3, idle_ports: 2, high: 1, hosts_not_judged: 1 });
  });

  it('judges no host whose agent would not have logged the flow, and says so', async () => {
    const gaps = (await ask()).structured.coverage.gaps.join();
    expect(gaps).toContain('1 host whose agent logs no allowed flows');
    expect(gaps).toContain('1 host whose agent tells no open ports');
  });

  it('leaves low risk out where asked, and still counts it', async () => {
    const { structured } = await ask({ scope: 'app=crm', include_low_risk: false });
    expect(structured.items).toHaveLength(1);
    expect(structured.totals.idle_ports).toBe(2);
    expect(structured.coverage.gaps.join()).toContain('1 idle ports of low risk');
  });
});
