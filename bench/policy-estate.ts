import { href } from '../src/core/href.ts';
import type { Actor, EnforcementMode } from '../src/model/inventory.ts';
import type { FlowQuestion } from '../src/model/policy/decision.ts';
import type { PolicySource, SourceRule, SourceWorkload } from '../src/model/policy/source.ts';

const FLOWS = 200_000;
const SIZES = { app: 500, env: 4, role: 12 } as const;
/** Of each application and environment: so many roles, so many hosts of each. */
const ROLES = 4;
const HOSTS = 2;
/** Groups of hosts that a group talks to: half of them its own application. */
const PEERS = 6;
const RULES_PER_SET = 25;
const PORTS = [22, 53, 80, 123, 389, 443, 445, 1433, 1521, 3306, 3389, 5432, 8080, 8443, 9200, 27017];
const MODES: readonly EnforcementMode[] = ['visibility_only', 'visibility_only', 'selective', 'full'];

/** The same numbers each time (a linear congruential generator; Numerical Recipes, §7.1). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Key = keyof typeof SIZES;
const KEYS: readonly Key[] = ['app', 'env', 'role'];
const FIRST_ID = { app: 1_000, env: 2_000, role: 3_000 } as const;
const label = (key: Key, index: number) => href(`/orgs/1/labels/${FIRST_ID[key] + index}`);
const value = (key: Key, index: number): string => `${key}-${index}`;

export interface Host {
  readonly workload: SourceWorkload;
  readonly name: string;
  readonly address: string;
  readonly labels: Readonly<Record<Key, number>>;
}

/** One estate for all sizes of policy: 2,000 scopes, 8,000 groups of hosts. */
export function workloadsOf(): readonly Host[] {
  const random = numbers(1);
  return Array.from({ length: SIZES.app * SIZES.env * ROLES * HOSTS }, (_, index) => {
    const group = Math.floor(index / HOSTS);
    const scope = Math.floor(group / ROLES);
    const labels = {
      app: Math.floor(scope / SIZES.env),
      env: scope % SIZES.env,
      role: (scope + 3 * (group % ROLES)) % SIZES.role,
    };
    const address = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
    return {
      name: `host-${index}.example.com`,
      address,
      labels,
      workload: {
        href: href(`/orgs/1/workloads/00000000-0000-4000-8000-${String(index).padStart(12, '0')}`),
        managed: random(10) > 0,
        mode: MODES[scope % MODES.length] ?? 'full',
        labels: KEYS.map((key) => label(key, labels[key])),
        addresses: [address],
        publicIp: null,
        subnets: [],
        os: 'linux',
        endpoint: false,
      },
    };
  });
}

/** Rulesets of one application and environment each, as they are written in practice: role to role, some of it from outside. */
export function policyOf(rules: number, hosts: readonly Host[]): PolicySource {
  const random = numbers(2);
  const actor = (key: Key): Actor => ({ kind: 'label', href: label(key, random(SIZES[key])), exclusion: false });
  const rule = (set: number, index: number): SourceRule => {
    const kind =
      (['allow', 'allow', 'allow', 'allow', 'allow', 'allow', 'deny', 'override_deny'] as const)[random(8)] ?? 'allow';
    const outside = random(3) === 0;
    return {
      href: href(`/orgs/1/sec_policy/active/rule_sets/${set}/sec_rules/${index}`),
      kind,
      enabled: random(20) > 0,
      providers: [actor('role')],
      consumers: outside ? [actor('app'), actor('env'), actor('role')] : [actor('role')],
      services: [{ kind: 'ports', proto: 6, port: PORTS[random(PORTS.length)] ?? 443, toPort: null }],
      unscopedConsumers: outside,
      resolveLabelsAs: { providers: ['workloads'], consumers: ['workloads'] },
      consumingSecurityPrincipals: [],
      networkType: 'brn',
      useWorkloadSubnets: [],
      stateless: false,
      allIpsExceptFor: [],
    };
  };
  return {
    labels: KEYS.flatMap((key) =>
      Array.from({ length: SIZES[key] }, (_, index) => ({ href: label(key, index), key, value: value(key, index) })),
    ),
    labelGroups: [],
    ipLists: [],
    services: [],
    boundaries: [],
    virtualServices: [],
    workloads: hosts.map(({ workload }) => workload),
    pce: null,
    ruleSets: Array.from({ length: rules / RULES_PER_SET }, (_, set) => ({
      href: href(`/orgs/1/sec_policy/active/rule_sets/${set}`),
      name: `set ${set}`,
      enabled: true,
      scopes: [
        [
          // 7 has no divisor in common with 500: every scope gets its ruleset once.
          {
            kind: 'label' as const,
            href: label('app', (7 * Math.floor(set / SIZES.env)) % SIZES.app),
            exclusion: false,
          },
          { kind: 'label' as const, href: label('env', set % SIZES.env), exclusion: false },
        ],
      ],
      rules: Array.from({ length: RULES_PER_SET }, (__, index) => rule(set, index)),
    })),
  };
}

/** Rows as a PCE sends them (traffic.md §4.1), each with the question it puts to the policy. */
export function rowsOf(hosts: readonly Host[]): readonly { readonly row: object; readonly question: FlowQuestion }[] {
  const random = numbers(3);
  const end = ({ workload, name, address, labels }: Host) => ({
    ip: address,
    workload: {
      href: workload.href,
      name,
      hostname: name,
      os_type: 'linux',
      managed: workload.managed,
      enforcement_mode: workload.mode,
      labels: KEYS.map((key) => ({ href: label(key, labels[key]), key, value: value(key, labels[key]) })),
    },
  });
  const peers = Array.from({ length: hosts.length / HOSTS }, (_, group) =>
    Array.from({ length: PEERS }, (__, peer) => {
      const scope = Math.floor(group / ROLES);
      const own = peer * 2 < PEERS;
      const group2 = own ? scope * ROLES + random(ROLES) : random(hosts.length / HOSTS);
      return { group: group2, port: PORTS[random(PORTS.length)] ?? 443 };
    }),
  );
  return Array.from({ length: FLOWS }, () => {
    const at = random(hosts.length);
    const lane = peers[Math.floor(at / HOSTS)]?.[random(PEERS)];
    const from = hosts[at];
    const to = hosts[(lane?.group ?? 0) * HOSTS + random(HOSTS)];
    if (from === undefined || to === undefined) throw new Error('no hosts');
    const port = lane?.port ?? 443;
    return {
      row: {
        src: end(from),
        dst: end(to),
        service: { port, proto: 6, process_name: '/usr/sbin/service', user_name: 'root' },
        num_connections: random(1_000),
        policy_decision: 'allowed',
        flow_direction: 'inbound',
        state: 'closed',
        dst_bi: random(100_000),
        dst_bo: random(100_000),
        timestamp_range: { first_detected: '2025-06-01T00:00:00Z', last_detected: '2025-06-14T23:59:59Z' },
        network: { href: '/orgs/1/networks/1', name: 'Corporate' },
        client_type: 'server',
        caps: [],
      },
      question: {
        src: { ip: from.address, workload: from.workload.href },
        dst: { ip: to.address, workload: to.workload.href },
        proto: 6,
        port,
      },
    };
  });
}
