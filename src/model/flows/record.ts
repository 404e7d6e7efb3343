/** A flow record as a PCE sends it (traffic.md §4.1). Nothing in it is trusted: every member is checked where it becomes a column. */
export interface FlowRecord {
  readonly src?: RecordEndpoint;
  readonly dst?: RecordEndpoint;
  readonly service?: {
    readonly port?: unknown;
    readonly proto?: unknown;
    readonly process_name?: unknown;
    readonly windows_service_name?: unknown;
    readonly user_name?: unknown;
  };
  readonly num_connections?: unknown;
  readonly policy_decision?: unknown;
  readonly draft_policy_decision?: unknown;
  readonly boundary_decision?: unknown;
  readonly flow_direction?: unknown;
  readonly state?: unknown;
  readonly transmission?: unknown;
  readonly client_type?: unknown;
  readonly network?: unknown;
  readonly dst_bi?: unknown;
  readonly dst_bo?: unknown;
  readonly icmp_type?: unknown;
  readonly icmp_code?: unknown;
  readonly rules?: unknown;
  readonly enforcement_boundaries?: unknown;
  readonly override_deny_rules?: unknown;
  readonly caps?: unknown;
  readonly timestamp_range?: { readonly first_detected?: unknown; readonly last_detected?: unknown };
}

export interface RecordEndpoint {
  readonly ip?: unknown;
  readonly fqdn?: unknown;
  readonly workload?: RecordWorkload;
  readonly ip_lists?: unknown;
  readonly virtual_service?: unknown;
  readonly virtual_server?: unknown;
}

export interface RecordWorkload {
  readonly href?: unknown;
  readonly name?: unknown;
  readonly hostname?: unknown;
  readonly os_type?: unknown;
  readonly managed?: unknown;
  readonly endpoint?: unknown;
  readonly enforcement_mode?: unknown;
  readonly labels?: unknown;
}
