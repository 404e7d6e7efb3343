/**
 * Questions a flow table answers in one pass. Dimensions are columns of the table; a label dimension is `source_<key>` or
 * `destination_<key>`. Answers are plain values, small enough to cross a thread.
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
  | 'fqdn'
  | 'port'
  | 'proto'
  | 'process'
  | 'service_name'
  | 'user'
  | 'policy'
  | 'draft_policy'
  | 'boundary'
  | 'direction'
  | 'state'
  | 'transmission'
  | 'network'
  | `source_${string}`
  | `destination_${string}`;

export interface FlowFilter {
  readonly dimension: Dimension;
  /** Keep rows whose value is one of these; null stands for "absent". */
  readonly in?: readonly (string | null)[] | undefined;
  readonly notIn?: readonly (string | null)[] | undefined;
}

export interface FlowGrouping {
  readonly by: readonly Dimension[];
  readonly where?: readonly FlowFilter[] | undefined;
  /** Groups to return after sorting; totals and `groups` count all of them. */
  readonly limit: number;
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
}

export interface FlowTotals {
  readonly rows: number;
  readonly connections: number;
  /** Pairs that two VENs reported count once. */
  readonly distinctConnections: number;
  /** Distinct (source, destination, port, proto). */
  readonly edges: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
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
