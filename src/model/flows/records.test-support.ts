import * as fc from 'fast-check';
import type { FlowRecord, RecordEndpoint } from './record.ts';

// Generated flow records for the tests of this folder and of work/: a small vocabulary, so that groups, pairs and variants meet.

const orAbsent = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 3 });

const label = fc.record({
  href: fc.constantFrom('/orgs/1/labels/1', '/orgs/1/labels/2'),
  key: fc.constantFrom('app', 'env', '__proto__'),
  value: fc.constantFrom('Ordering', 'Point of "Sale"', 'prod', 'x}],[{\\'),
});

const workload = fc.record(
  {
    href: fc.constantFrom('/orgs/1/workloads/a', '/orgs/1/workloads/b'),
    name: fc.constantFrom('web1', 'db|1', 'ünïcode-🚀'),
    hostname: fc.constantFrom('', 'web1.corp'),
    os_type: fc.constantFrom('linux', 'windows'),
    managed: fc.boolean(),
    endpoint: fc.boolean(),
    enforcement_mode: fc.constantFrom('full', 'idle', 'a_new_mode'),
    labels: fc.uniqueArray(label, { selector: ({ key }) => key, maxLength: 3 }),
  },
  { requiredKeys: ['href'] },
);

const endpoint: fc.Arbitrary<RecordEndpoint> = fc.record(
  {
    ip: fc.constantFrom('10.0.0.1', '10.0.0.2', 'fe80::1'),
    fqdn: fc.constantFrom('github.com', 'x.example'),
    workload,
    ip_lists: fc
      .uniqueArray(fc.constantFrom('Any (0.0.0.0/0 and ::/0)', 'Corp, inner'), { maxLength: 2 })
      .map((names) => names.map((name) => ({ href: `/orgs/1/sec_policy/active/ip_lists/${name.length}`, name }))),
    virtual_service: fc.constant({ href: '/orgs/1/sec_policy/active/virtual_services/1', name: 'vip' }),
  },
  { requiredKeys: ['ip'] },
);

const time = fc.integer({ min: 1, max: 0xffff_ffff }).map((s) => `${new Date(s * 1000).toISOString().slice(0, 19)}Z`);

/** A record as a PCE could send it, optional members missing now and then. */
export const flowRecord: fc.Arbitrary<FlowRecord> = fc.record(
  {
    src: endpoint,
    dst: endpoint,
    service: fc.record(
      {
        port: fc.constantFrom(0, 22, 443, 65_535),
        proto: fc.constantFrom(1, 6, 17),
        process_name: fc.constantFrom('/usr/sbin/sshd', 'C:\\Windows\\svchost.exe'),
        windows_service_name: fc.constant('Dnscache'),
        user_name: fc.constantFrom('root', 'CORP\\alice'),
      },
      { requiredKeys: ['proto'] },
    ),
    num_connections: fc.integer({ min: 1, max: 1_000_000 }),
    policy_decision: fc.constantFrom('allowed', 'blocked', 'potentially_blocked', 'unknown', 'a_new_decision'),
    draft_policy_decision: fc.constantFrom('allowed', 'blocked_by_boundary'),
    boundary_decision: fc.constantFrom('blocked', 'blocked_by_override_deny'),
    flow_direction: fc.constantFrom('inbound', 'outbound'),
    state: fc.constantFrom('active', 'timed out'),
    transmission: fc.constantFrom('unicast', 'broadcast'),
    client_type: fc.constantFrom('server', 'flowlink'),
    network: fc.constant({ href: '/orgs/1/networks/1', name: 'Corporate' }),
    dst_bi: fc.integer({ min: 0, max: 2 ** 40 }),
    dst_bo: fc.integer({ min: 0, max: 2 ** 40 }),
    icmp_type: fc.constant(8),
    rules: fc.constantFrom([], [{ href: '/orgs/1/sec_policy/draft/rule_sets/1/sec_rules/2' }]),
    caps: fc.constant([]),
    timestamp_range: fc.record({ first_detected: time, last_detected: orAbsent(time) }),
  },
  { requiredKeys: ['src', 'dst', 'service', 'policy_decision', 'num_connections'] },
);
