import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callWith } from '../../../test/catalogue/call.ts';
import { type Simulated, simulated } from '../../../test/catalogue/simulated.ts';
import { breadthEstate } from '../../simulator/testing/breadth-estate.ts';
import { workloadId } from '../../simulator/testing/tiny-estate.ts';
import explainFlow from './explain-flow.ts';

const base = '/orgs/1/sec_policy/draft';

describe('virtual services in the policy that is read', () => {
  let on: Simulated;
  beforeAll(async () => {
    on = await simulated({ estate: breadthEstate() }, { tools: [explainFlow] });
    await on.pce.send({
      method: 'POST',
      path: '/orgs/1/service_bindings',
      body: [
        {
          virtual_service: { href: `/orgs/1/sec_policy/active/virtual_services/${workloadId(500)}` },
          workload: { href: `/orgs/1/workloads/${workloadId(2)}` },
          port_overrides: [{ port: 8443, proto: 6, new_port: 9443 }],
        },
      ],
    });
    await on.pce.send({
      method: 'POST',
      path: `${base}/rule_sets/1/sec_rules`,
      body: {
        enabled: true,
        providers: [{ virtual_service: { href: `${base}/virtual_services/${workloadId(500)}` } }],
        consumers: [{ ip_list: { href: `${base}/ip_lists/2` } }],
        ingress_services: [],
        resolve_labels_as: { providers: ['virtual_services'], consumers: ['workloads'] },
        unscoped_consumers: true,
      },
    });
  });
  afterAll(() => on.close());

  it.each([
    ['host-2.example.com', 9443, 'allowed'],
    ['host-2.example.com', 8443, 'blocked'],
    ['host-1.example.com', 9443, 'blocked'],
  ])('open the workloads they are bound to, on the port they are moved to: %s %i is %s', async (dst, port, verdict) => {
    const { structured, text } = await callWith(on.dispatcher, 'explain-flow', {
      src: '192.168.1.1',
      dst,
      port,
      policy: 'draft',
    });
    expect(structured['verdict'], text).toBe(verdict);
    expect(structured.coverage.gaps.filter((gap) => gap.includes('virtual service'))).toEqual([]);
  });
});
