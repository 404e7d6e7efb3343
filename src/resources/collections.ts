/** What a filter of a template can be completed with. */
export type FilterValues =
  | 'workload'
  | 'host'
  | 'ruleset'
  | 'labels'
  | 'label_key'
  | 'label_value'
  | 'iplist'
  | 'service';

/** A collection of the PCE as a resource. It is read by calling a tool, so that it shows what the tool would show and to whom. */
export interface Collection {
  /** `illumio://<path>` */
  readonly path: string;
  readonly title: string;
  readonly description: string;
  readonly tool: string;
  /** Arguments of the tool that the template takes, with what completes their values. */
  readonly filters: Readonly<Record<string, FilterValues | null>>;
}

const POLICY_FILTERS = { description: null, policy: null, max_results: null } as const;

export const collections: readonly Collection[] = [
  {
    path: 'workloads',
    title: 'Workloads',
    description: 'Hosts with their labels, addresses and enforcement modes.',
    tool: 'get-workloads',
    filters: {
      name: 'workload',
      hostname: 'host',
      ip_address: null,
      labels: 'labels',
      managed: null,
      online: null,
      enforcement_mode: null,
      max_results: null,
    },
  },
  {
    path: 'labels',
    title: 'Labels',
    description: 'Labels by key and value.',
    tool: 'get-labels',
    filters: { key: 'label_key', value: 'label_value', usage: null, include_deleted: null, max_results: null },
  },
  {
    path: 'rulesets',
    title: 'Rulesets',
    description: 'Rulesets with their scopes and rules; the draft unless told.',
    tool: 'get-rulesets',
    filters: { name: 'ruleset', enabled: null, labels: 'labels', ...POLICY_FILTERS },
  },
  {
    path: 'iplists',
    title: 'IP lists',
    description: 'IP lists with their ranges and FQDNs; the draft unless told.',
    tool: 'get-iplists',
    filters: { name: 'iplist', fqdn: null, ip_address: null, ...POLICY_FILTERS },
  },
  {
    path: 'services',
    title: 'Services',
    description: 'Services with their ports; the draft unless told.',
    tool: 'get-services',
    filters: { name: 'service', port: null, proto: null, ...POLICY_FILTERS },
  },
  {
    path: 'policy/pending',
    title: 'Pending policy',
    description: 'What is in the draft and not in force, by object with its differences.',
    tool: 'compare-draft-active',
    filters: { resource_type: null },
  },
];
