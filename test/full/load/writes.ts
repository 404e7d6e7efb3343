import type { Call } from './client.ts';

/** What one client writes: the schema of the object, how it begins, what is changed in it, and the list of a commit that names it. */
export interface Kind {
  readonly path: string;
  readonly schema: string;
  readonly made: (name: string) => object;
  readonly changed: (name: string) => object;
  /** Null for what needs no provisioning. */
  readonly commitAs: string | null;
}

/** The writes of everyday automation. None of them reaches a workload that was there before, so traffic of the past stays as it was judged. */
export const KINDS: readonly Kind[] = [
  {
    path: '/orgs/1/labels',
    schema: 'labels_get',
    made: (name) => ({ key: 'app', value: name }),
    changed: (name) => ({ value: `${name} again` }),
    commitAs: null,
  },
  {
    path: '/orgs/1/workloads',
    schema: 'workloads_get',
    made: (name) => ({ name, hostname: `${name}.example.com`, interfaces: [{ name: 'umw0', address: '192.0.2.7' }] }),
    changed: (name) => ({ description: `${name} again` }),
    commitAs: null,
  },
  {
    path: '/orgs/1/sec_policy/draft/ip_lists',
    schema: 'sec_policy_ip_lists_get',
    made: (name) => ({ name, ip_ranges: [{ from_ip: '198.51.100.0/24' }] }),
    changed: (name) => ({ description: `${name} again` }),
    commitAs: 'ip_lists',
  },
  {
    path: '/orgs/1/sec_policy/draft/services',
    schema: 'sec_policy_services_get',
    made: (name) => ({ name, service_ports: [{ proto: 6, port: 4711 }] }),
    changed: (name) => ({ description: `${name} again` }),
    commitAs: 'services',
  },
  {
    path: '/orgs/1/sec_policy/draft/rule_sets',
    schema: 'sec_policy_rule_sets_get',
    made: (name) => ({ name, enabled: false, scopes: [[]], rules: [rule(4711), rule(4712)] }),
    changed: (name) => ({ description: `${name} again` }),
    commitAs: 'rule_sets',
  },
];

export const rule = (port: number) => ({
  enabled: true,
  providers: [{ actors: 'ams' }],
  consumers: [{ actors: 'ams' }],
  ingress_services: [{ proto: 6, port }],
  resolve_labels_as: { providers: ['workloads'], consumers: ['workloads'] },
});

/** An object that the PCE has acknowledged, and what it was told about it. */
export interface Acknowledged {
  readonly href: string;
  readonly schema: string;
  readonly told: object;
}

/** What the PCE answers about an object of which it acknowledged `told`. */
export const readBack = async (call: Call, { href, schema }: Acknowledged): Promise<unknown> =>
  (await call('GET', href, { status: 200, schema })).json;
