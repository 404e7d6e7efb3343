import { describe, expect, it } from 'vitest';
import { callTool } from '../../../test/catalogue/call.ts';
import { label, memoryPce } from '../../../test/catalogue/memory-pce.ts';
import { href } from '../../core/href.ts';
import type { Ven } from '../../model/inventory.ts';
import getVens from './get-vens.ts';

const prod = label(1, 'env', 'prod');
const now = Date.parse('2025-06-10T12:00:00Z');

const ven = (id: number, rest: Partial<Ven>): Ven => ({
  href: href(`/orgs/1/vens/v${id}`),
  name: null,
  hostname: `host${id}`,
  status: 'active',
  version: '24.2.10',
  osId: 'ubuntu-x86_64-jammy',
  venType: 'server',
  lastHeartbeatAt: '2025-06-10T11:58:00Z',
  activePceFqdn: null,
  conditions: [],
  labels: [prod.href],
  workloads: [href(`/orgs/1/workloads/v${id}`)],
  ...rest,
});

describe('get-vens', () => {
  it('counts by status and finds agents without a heartbeat for a day', async () => {
    const vens = [
      ven(1, {}),
      ven(2, { lastHeartbeatAt: '2025-06-09T11:00:00Z', conditions: ['agent.missed_heartbeats'] }),
      ven(3, { status: 'suspended', lastHeartbeatAt: null }),
    ];
    const pce = memoryPce({ vens, labels: [prod] });
    const { structured, text } = await callTool(getVens, {}, { pce, clock: { now: () => now } });
    expect(structured.answer).toBe('3 VENs: active 2, suspended 1; 2 without a heartbeat for 24 hours.');
    expect(structured.totals).toMatchObject({ total: 3, without_heartbeat_24h: 2, by_version: { '24.2.10': 3 } });
    expect(structured.items[1]).toMatchObject({
      hostname: 'host2',
      conditions: ['agent.missed_heartbeats'],
      labels: ['env=prod'],
      workload: '/orgs/1/workloads/v2',
    });
    expect(structured.items[2]).not.toHaveProperty('last_heartbeat_at');
    expect(text).toContain('agent.missed_heartbeats');
  });

  it('passes its filters to the PCE', async () => {
    const pce = memoryPce({ labels: [prod] });
    await callTool(
      getVens,
      { hostname: 'h', status: 'active', health: 'error', version: '24', labels: 'env=prod' },
      { pce },
    );
    expect(pce.asked.find(({ method }) => method === 'vens')?.args[0]).toEqual({
      hostname: 'h',
      status: 'active',
      health: 'error',
      version: '24',
      labels: [[prod.href]],
    });
  });
});
