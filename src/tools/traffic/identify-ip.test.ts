import { afterAll, describe, expect, it } from 'vitest';
import { type Called, callTool } from '../../../test/catalogue/call.ts';
import { flowRow } from '../../../test/catalogue/flow-rows.ts';
import { ipList, label, memoryPce, workload } from '../../../test/catalogue/memory-pce.ts';
import { flowTables } from '../../work/flow-tables.ts';
import identifyIp from './identify-ip.ts';

const flows = flowTables();
afterAll(() => flows.close());
const clock = { now: () => Date.parse('2025-06-15T10:00:00Z') };

const app = label(1, 'app', 'crm');
const at = (address: string) => ({ interfaces: [{ name: 'eth0', address, cidrBlock: 24, gateway: null }] });
const contents = {
  workloads: [
    workload(1, 'web1', [app], at('10.0.0.1')),
    workload(2, 'six', [app], at('2001:db8::1')),
    workload(3, 'twin', [app], { ...at('10.0.0.3'), managed: false }),
    workload(4, 'owner', [app], at('10.0.0.3')),
  ],
  ipLists: [
    ipList(1, 'Any (0.0.0.0/0 and ::/0)', ['0.0.0.0/0']),
    ipList(2, 'Ten', ['10.0.0.0/8']),
    ipList(3, 'Users', ['10.100.0.0/16']),
  ],
  flows: [
    flowRow({
      from: { ip: '10.100.1.1' },
      to: { ip: '10.0.0.1', name: 'web1', labels: { app: 'crm' } },
      port: 443,
      connections: 8,
    }),
    flowRow({
      from: { ip: '10.0.0.1', name: 'web1', labels: { app: 'crm' } },
      to: { ip: '140.82.121.3', fqdn: 'api.github.com' },
      port: 443,
      connections: 4,
    }),
  ],
};
const ask = (...ips: readonly string[]): Promise<Called> =>
  callTool(identifyIp, { ips }, { pce: memoryPce(contents), flows, clock });
const first = async (ip: string) => (await ask(ip)).structured.items[0];

describe('identify-ip', () => {
  it('names workloads by any of their addresses, however it is spelled', async () => {
    expect(await first('10.0.0.1')).toMatchObject({
      what: 'workload',
      name: 'web1',
      labels: ['app=crm'],
      confidence: 'certain',
      connections: 12,
    });
    expect(await first('2001:DB8:0::1')).toMatchObject({ name: 'six' });
  });

  it('prefers the record with an agent and says that there are several', async () => {
    expect(await first('10.0.0.3')).toMatchObject({ name: 'owner', confidence: 'several records' });
  });

  it('lists IP lists from the narrowest, without the list of everything', async () => {
    expect(await first('10.100.1.1')).toMatchObject({
      what: 'internal address of no workload',
      ip_lists: ['Users', 'Ten'],
      confidence: 'listed',
      talks_to: ['crm 443/tcp'],
    });
  });

  it('tells the owner of a DNS name an agent saw, and what is simply unknown', async () => {
    expect(await first('140.82.121.3')).toMatchObject({
      fqdns: ['api.github.com'],
      provider: 'GitHub',
      confidence: 'likely',
      asked_by: ['crm 443/tcp'],
    });
    expect(await first('8.8.8.8')).toMatchObject({ what: 'internet address', confidence: 'unknown', connections: 0 });
  });

  it('counts what it found and refuses what is no address', async () => {
    expect((await ask('10.0.0.1', '10.0.0.1 ', '8.8.8.8')).structured.totals).toEqual({
      asked: 2,
      workloads: 1,
      unknown: 1,
      with_traffic: 1,
    });
    expect(await ask('10.0.0.256')).toMatchObject({ isError: true, structured: { error: 'invalid_arguments' } });
    expect(await ask()).toMatchObject({ isError: true });
  });
});
