/** Flow records as a PCE sends them (traffic.md §4), for tests of traffic tools. */
export interface RowEnd {
  readonly ip: string;
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly lists?: readonly string[];
  readonly fqdn?: string;
}

export interface RowFacts {
  readonly from: RowEnd;
  readonly to: RowEnd;
  readonly port?: number;
  readonly proto?: number;
  readonly policy?: string;
  readonly connections?: number;
  readonly process?: string;
  readonly user?: string;
  readonly direction?: 'inbound' | 'outbound';
  readonly transmission?: string;
}

const end = ({ ip, name, labels = {}, lists = [], fqdn }: RowEnd) => ({
  ip,
  ...(name === undefined
    ? {}
    : {
        workload: {
          href: `/orgs/1/workloads/${name}`,
          name,
          hostname: name,
          managed: true,
          enforcement_mode: 'visibility_only',
          labels: Object.entries(labels).map(([key, value]) => ({
            href: `/orgs/1/labels/${key}-${value}`,
            key,
            value,
          })),
        },
      }),
  ...(lists.length === 0
    ? {}
    : { ip_lists: lists.map((list, id) => ({ href: `/orgs/1/sec_policy/active/ip_lists/${id}`, name: list })) }),
  ...(fqdn === undefined ? {} : { fqdn }),
});

export const flowRow = ({ from, to, port, proto = 6, policy = 'allowed', connections = 1, ...rest }: RowFacts) => ({
  src: end(from),
  dst: end(to),
  service: {
    proto,
    ...(port === undefined ? {} : { port }),
    ...(rest.process === undefined ? {} : { process_name: rest.process }),
    ...(rest.user === undefined ? {} : { user_name: rest.user }),
  },
  num_connections: connections,
  policy_decision: policy,
  flow_direction: rest.direction ?? 'outbound',
  state: 'closed',
  dst_bi: 10 * connections,
  dst_bo: 20 * connections,
  ...(rest.transmission === undefined ? {} : { transmission: rest.transmission }),
  timestamp_range: { first_detected: '2025-06-01T00:00:00Z', last_detected: '2025-06-02T00:00:00Z' },
  caps: [],
});
