import { describe, expect, it } from 'vitest';
import { policyWorld } from '../../../test/changes/policy-world.ts';
import { breadthEstate } from '../../simulator/testing/breadth-estate.ts';
import { workloadId } from '../../simulator/testing/tiny-estate.ts';
import getVirtualServices from './get-virtual-services.ts';

const tool = 'get-virtual-services';
const { ok, refused, pce, faults, anotherServer } = await policyWorld([getVirtualServices], {
  estate: breadthEstate(),
});

describe(tool, () => {
  it('shows labels, ports, addresses and the workloads a service is bound to', async () => {
    const virtual_service = { href: `/orgs/1/sec_policy/active/virtual_services/${workloadId(500)}` };
    const workload = { href: `/orgs/1/workloads/${workloadId(4)}` };
    await pce.send({ method: 'POST', path: '/orgs/1/service_bindings', body: [{ virtual_service, workload }] });
    await pce.send({
      method: 'POST',
      path: '/orgs/1/sec_policy/draft/virtual_services',
      body: {
        name: 'Gateway',
        service: { href: '/orgs/1/sec_policy/draft/services/2' },
        service_addresses: [{ ip: '203.0.113.9', port: 443 }, { fqdn: '*.example.com' }],
        ip_overrides: ['10.9.0.0/16'],
      },
    });
    const { structured } = await ok(tool, {});
    expect(structured.answer).toBe('2 virtual services in the draft policy, 1 bound to workloads.');
    expect(structured.items).toMatchObject([
      {
        name: 'Gateway',
        service: 'HTTPS',
        ports: [],
        addresses: ['203.0.113.9:443', '*.example.com'],
        ip_overrides: ['10.9.0.0/16'],
        update_type: 'create',
        bound_count: 0,
      },
      { name: 'shop', labels: ['app=CRM'], ports: ['8443/tcp'], bound_workloads: ['appliance'], bound_count: 1 },
    ]);
    expect((await ok(tool, { policy: 'active' })).structured.items).toMatchObject([{ name: 'shop', bound_count: 1 }]);
  });

  it('says so when the PCE does not tell the bindings', async () => {
    await faults([{ match: { path: '/orgs/1/service_bindings', count: 0 }, effect: { kind: 'status', status: 403 } }]);
    const { structured } = await anotherServer().call(tool, {});
    expect(structured.coverage).toMatchObject({
      truncated: true,
      gaps: ['bindings of workloads that the PCE did not tell'],
    });
    expect(await faults([])).toBe(true);
  });

  it('filters by name and labels', async () => {
    expect((await ok(tool, { name: 'SHO' })).structured.items).toHaveLength(1);
    expect((await ok(tool, { labels: 'app=Ordering' })).structured.items).toEqual([]);
    expect((await ok(tool, { labels: 'app=CRM' })).structured.items).toHaveLength(1);
    expect((await refused(tool, { labels: 'app=none' })).error).toBe('label_not_found');
  });
});
