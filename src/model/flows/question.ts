/**
 * Questions a flow table answers in one pass. Dimensions are columns of the table; a label dimension is `source_<key>` or
 * `destination_<key>`. Answers are plain values, small enough to cross a thread.
 *
 * `source` is what a person calls it: workload name, else host name, else FQDN, else address; `source_workload` is the href (the name
 * where a CSV told no href). IP lists are joined by ", " in a key; a filter on them matches rows where one of the lists fits. `fqdn` and
 * `ip_list` are the destination's, else the source's. `policy` is the reported decision. A label key that no row has gives null keys.
 *
 * A `party` is who a person would name: a workload by its identity labels (`ordering (prod)`, `unlabelled`), an address without one
 * by `external:<FQDN>`, else `external:<IP lists>`, else `external:unlisted`; `broadcast` and `multicast`. An `address_kind` is one of
 * `ADDRESS_KINDS`.
 */
export type Dimension =
  | 'source'
  | 'destination'
  | 'source_ip'
  | 'destination_ip'
  | 'source_workload'
  | 'destination_workload'
  | 'source_ip_list'
  | 'destination_ip_list'
  | 'source_fqdn'
  | 'destination_fqdn'
  | 'source_hostname'
  | 'destination_hostname'
  | 'source_managed'
  | 'destination_managed'
  | 'source_enforcement_mode'
  | 'destination_enforcement_mode'
  | 'source_os_type'
  | 'destination_os_type'
  | 'source_virtual_service'
  | 'destination_virtual_service'
  | 'source_virtual_server'
  | 'destination_virtual_server'
  | 'source_party'
  | 'destination_party'
  | 'source_address_kind'
  | 'destination_address_kind'
  | 'fqdn'
  | 'ip_list'
  | 'port'
  | 'proto'
  | 'process'
  | 'service_name'
  | 'user'
  | 'policy'
  | 'draft_policy'
  | 'boundary'
  | 'rule'
  | 'enforcement_boundary'
  | 'override_deny_rule'
  | 'direction'
  | 'state'
  | 'transmission'
  | 'network'
  | 'client_type'
  | 'icmp'
  | 'caps'
  | `source_${string}`
  | `destination_${string}`;

/** What an address is: of a workload with an agent, of one without, else by its range (RFC 6890); `internet` is every other. */
export const ADDRESS_KINDS = [
  'managed',
  'unmanaged',
  'internal',
  'link-local',
  'loopback',
  'multicast',
  'broadcast',
  'internet',
] as const;
export type AddressKind = (typeof ADDRESS_KINDS)[number];

/** Keeps the rows that pass every test given. */
export interface FlowFilter {
  readonly dimension: Dimension;
  /** The value is one of these; null stands for "absent". */
  readonly in?: readonly (string | null)[] | undefined;
  readonly notIn?: readonly (string | null)[] | undefined;
  /** The value is an address in one of these addresses, CIDR blocks or ranges `a-b`. */
  readonly within?: readonly string[] | undefined;
  /** The value is a DNS name one of these patterns covers (`*` is one level), or lies below a plain name. */
  readonly named?: readonly string[] | undefined;
  /** The value contains one of these, whatever the case. */
  readonly containing?: readonly string[] | undefined;
}

export interface FlowGrouping {
  readonly by: readonly Dimension[];
  readonly where?: readonly FlowFilter[] | undefined;
  /** Groups to return after sorting; totals and `groups` count all of them. */
  readonly limit: number;
  /** Label keys that name a party; `app` and `env` unless told. */
  readonly identity?: readonly string[] | undefined;
  /** What to tell of each returned group besides: the busiest values of some dimensions, and how many there are. */
  readonly inside?: readonly { readonly by: readonly Dimension[]; readonly top: number }[] | undefined;
  readonly sort?: 'connections' | 'rows' | 'bytes' | 'last_seen' | undefined;
}

export interface FlowGroup {
  /** One value per dimension, null where the rows have none. */
  readonly key: readonly (string | null)[];
  readonly rows: number;
  readonly connections: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** RFC 3339, seconds. */
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  /** One for each `inside` of the question. */
  readonly inside?: readonly InnerValues[];
}

/** Values within a group, absent ones not counted where there is one dimension. */
export interface InnerValues {
  readonly count: number;
  readonly top: readonly { readonly key: readonly (string | null)[]; readonly connections: number }[];
}

export interface FlowTotals {
  readonly rows: number;
  readonly connections: number;
  /**
   * Connections with those that two VENs reported counted once: for each (source address, destination address, port, protocol) the
   * larger of what came in as `inbound` and as `outbound` (traffic.md §5.1), plus what told no direction.
   */
  readonly distinctConnections: number;
  /** Distinct (source, destination, port, proto); a workload is one source or destination whatever its addresses. */
  readonly edges: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** By reported decision; rows without one under `(none)`. */
  readonly byDecision: Readonly<Record<string, { readonly rows: number; readonly connections: number }>>;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
}

export interface FlowAnswer {
  readonly groups: readonly FlowGroup[];
  /** How many groups there are before `limit`. */
  readonly groupCount: number;
  /** Of the rows the filters kept. */
  readonly totals: FlowTotals;
}
