import type { Estate, VersionedSeed, WorkloadRecord } from '../estates/estate.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const CREATED = NOW - 30 * 86_400_000;

/** Ids of the labels of the tiny estate, by value. */
export const LABEL = { web: 1, db: 2, ordering: 3, crm: 4, prod: 5, dev: 6, fra: 7 } as const;

/** `n`-th workload's UUID: 1 and 2 are managed (web and db of ordering in prod), 3 managed in dev, 4 unmanaged. */
export const workloadId = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const provisioned = (id: string, active: VersionedSeed['active'] & object): VersionedSeed => ({
  id,
  createdMs: CREATED,
  updatedMs: CREATED,
  createdBy: 0,
  updatedBy: 0,
  active,
});

function workload(n: number, overrides: Partial<WorkloadRecord>): WorkloadRecord {
  return {
    id: workloadId(n),
    name: null,
    hostname: `host-${n}.example.com`,
    description: null,
    managed: true,
    online: true,
    enforcementMode: 'full',
    visibilityLevel: 'flow_summary',
    labels: [],
    interfaces: [
      { name: 'eth0', address: `10.0.0.${n}`, cidrBlock: 24, gateway: '10.0.0.254', network: workloadId(900) },
    ],
    ignoredInterfaces: [],
    publicIp: null,
    osId: 'ubuntu-x86_64-jammy',
    osDetail: 'Ubuntu 22.04',
    openPorts: [
      { proto: 6, port: 443, address: '0.0.0.0', process: '/usr/sbin/nginx', user: 'root', windowsService: null },
    ],
    dataCenter: null,
    externalDataSet: null,
    externalDataReference: null,
    createdMs: CREATED,
    updatedMs: CREATED,
    updatedBy: 1,
    ven: {
      version: '23.2.30-1234',
      status: 'active',
      type: 'server',
      agentId: n,
      pairedMs: CREATED,
      lastHeartbeatMs: NOW - 60_000,
      lastGoodbyeMs: null,
      policyAppliedMs: NOW - 3_600_000,
      uptimeSeconds: 1000,
      conditions: [],
    },
    ransomware: { severity: 'high', protectionPercent: 40 },
    ...overrides,
  };
}

const label = (id: number, key: string, value: string) => ({
  id,
  key,
  value,
  createdMs: CREATED,
  updatedMs: CREATED,
  createdBy: 1,
});

const draft = (type: string, id: number | string): string => `/orgs/1/sec_policy/draft/${type}/${id}`;

/** A PCE that fits on a page: one application, one rule set, a user of every kind. No traffic and no events. */
export const tinyEstate = (): Estate => ({
  profile: 'small',
  seed: 1,
  nowMs: NOW,
  orgId: 1,
  pceFqdn: 'pce.example.com',
  users: [
    { id: 1, username: 'owner@example.com', fullName: 'Olga Owner', role: 'owner', scope: [] },
    { id: 2, username: 'reader@example.com', fullName: 'Rita Reader', role: 'read_only', scope: [] },
    {
      id: 3,
      username: 'ordering@example.com',
      fullName: 'Otto Ordering',
      role: 'ruleset_manager',
      scope: [LABEL.ordering],
    },
  ],
  serviceAccounts: [],
  dimensions: ['role', 'app', 'env', 'loc'].map((key, index) => ({
    id: workloadId(800 + index),
    key,
    displayName: key,
    plural: `${key}s`,
    initial: key.slice(0, 1).toUpperCase(),
    icon: key,
    backgroundColor: '#818286',
    foregroundColor: '#ffffff',
    ordinal: (index + 1) * 1_000_000,
    createdMs: CREATED,
  })),
  labels: [
    label(LABEL.web, 'role', 'Web'),
    label(LABEL.db, 'role', 'DB'),
    label(LABEL.ordering, 'app', 'Ordering'),
    label(LABEL.crm, 'app', 'CRM'),
    label(LABEL.prod, 'env', 'Prod'),
    label(LABEL.dev, 'env', 'Dev'),
    label(LABEL.fra, 'loc', 'Frankfurt'),
  ],
  workloads: [
    workload(1, { labels: [LABEL.web, LABEL.ordering, LABEL.prod, LABEL.fra] }),
    workload(2, { labels: [LABEL.db, LABEL.ordering, LABEL.prod, LABEL.fra], osId: 'win-x86_64-server' }),
    workload(3, { labels: [LABEL.web, LABEL.crm, LABEL.dev], enforcementMode: 'visibility_only', online: false }),
    workload(4, {
      name: 'appliance',
      managed: false,
      ven: null,
      labels: [LABEL.crm],
      enforcementMode: 'visibility_only',
      openPorts: [],
      ransomware: null,
    }),
  ],
  networks: [{ id: workloadId(900), name: 'Corporate' }],
  labelGroups: [
    provisioned(workloadId(700), {
      name: 'Everything live',
      description: '',
      key: 'env',
      labels: [{ href: `/orgs/1/labels/${LABEL.prod}` }],
      sub_groups: [],
    }),
  ],
  ipLists: [
    provisioned('1', {
      name: 'Any (0.0.0.0/0 and ::/0)',
      ip_ranges: [
        { from_ip: '0.0.0.0/0', exclusion: false },
        { from_ip: '::/0', exclusion: false },
      ],
      fqdns: [],
    }),
    provisioned('2', {
      name: 'Offices',
      description: 'Users',
      ip_ranges: [{ from_ip: '192.168.0.0', to_ip: '192.168.3.255', exclusion: false }],
      fqdns: [{ fqdn: '*.example.net' }],
    }),
  ],
  services: [
    provisioned('1', { name: 'All Services', service_ports: [{ proto: -1 }] }),
    provisioned('2', { name: 'HTTPS', service_ports: [{ port: 443, proto: 6 }] }),
    provisioned('3', {
      name: 'S-RDP',
      windows_services: [{ process_name: 'svchost.exe', port: 3389, proto: 6 }],
      risk_details: { ransomware: { category: 'admin', severity: 'high', os_platforms: ['windows'] } },
    }),
    provisioned('4', { name: 'High ports', service_ports: [{ port: 8000, to_port: 8080, proto: 6 }] }),
  ],
  ruleSets: [
    provisioned('1', {
      name: 'Default',
      description: null,
      enabled: true,
      scopes: [[]],
      rules: [
        {
          id: 1,
          description: 'Allow outbound connections',
          enabled: true,
          providers: [{ ip_list: { href: draft('ip_lists', 1) } }],
          consumers: [{ actors: 'ams' }],
          ingress_services: [{ href: draft('services', 1) }],
          resolve_labels_as: { providers: ['workloads'], consumers: ['workloads'] },
        },
      ],
    }),
    provisioned('2', {
      name: 'Ordering',
      description: '',
      enabled: true,
      scopes: [[{ label: { href: `/orgs/1/labels/${LABEL.ordering}` }, exclusion: false }]],
      rules: [
        {
          id: 2,
          enabled: true,
          providers: [{ label: { href: `/orgs/1/labels/${LABEL.db}` }, exclusion: false }],
          consumers: [{ label: { href: `/orgs/1/labels/${LABEL.web}` }, exclusion: false }],
          ingress_services: [{ port: 5432, proto: 6 }],
          resolve_labels_as: { providers: ['workloads'], consumers: ['workloads'] },
        },
      ],
      deny_rules: [
        {
          id: 3,
          enabled: true,
          override: true,
          providers: [{ actors: 'ams' }],
          consumers: [{ ip_list: { href: draft('ip_lists', 2) } }],
          ingress_services: [{ port: 22, proto: 6 }],
          unscoped_consumers: true,
        },
      ],
    }),
  ],
  enforcementBoundaries: [],
  virtualServices: [],
  policyVersions: [
    {
      version: 1,
      commitMessage: 'Initial',
      createdMs: CREATED,
      createdBy: 0,
      workloadsAffected: 0,
    },
    {
      version: 2,
      commitMessage: 'Ordering goes live',
      createdMs: CREATED + 86_400_000,
      createdBy: 1,
      workloadsAffected: 2,
    },
  ],
  events: () => [],
  traffic: { oldestMs: CREATED, rows: () => [] },
});
