import type { JsonObject } from '../../core/json.ts';

/**
 * An estate: the plain data a simulated PCE starts with. Builders make it from (profile, seed, now) alone, so that the same three give
 * the same bytes. Ids, not hrefs, link the records; rule bodies are in wire form because that is what the API stores and echoes.
 */
export interface Estate {
  readonly profile: ProfileName;
  readonly seed: number;
  /** The start of the simulator's clock, in ms. Everything in the estate lies before it. */
  readonly nowMs: number;
  readonly orgId: number;
  readonly pceFqdn: string;
  readonly users: readonly UserRecord[];
  readonly serviceAccounts: readonly { readonly id: string; readonly name: string; readonly createdMs: number }[];
  readonly dimensions: readonly DimensionRecord[];
  readonly labels: readonly LabelRecord[];
  readonly workloads: readonly WorkloadRecord[];
  readonly networks: readonly { readonly id: string; readonly name: string }[];
  readonly labelGroups: readonly VersionedSeed[];
  readonly ipLists: readonly VersionedSeed[];
  readonly services: readonly VersionedSeed[];
  /** The body of each holds `rules` and `deny_rules` in wire form, each rule with its own integer `id` and audit fields. */
  readonly ruleSets: readonly VersionedSeed[];
  readonly enforcementBoundaries: readonly VersionedSeed[];
  readonly virtualServices: readonly VersionedSeed[];
  /** Absent: none. */
  readonly containerClusters?: readonly ContainerClusterRecord[];
  /** What a scanner found, per workload and port. Absent: nothing. */
  readonly vulnerabilities?: readonly VulnerabilityRecord[];
  /** Oldest first; the last is the active one. Object content of old versions is not kept by an estate, only their notes. */
  readonly policyVersions: readonly PolicyVersionRecord[];
  /** Events between two times (ms), oldest first, generated on demand and always the same for the same range. */
  events(fromMs: number, toMs: number): Iterable<JsonObject>;
  readonly traffic: FlowSource;
}

export type ProfileName = 'small' | 'mid' | 'large' | 'xl';

export interface UserRecord {
  readonly id: number;
  readonly username: string;
  readonly fullName: string;
  readonly role: 'owner' | 'admin' | 'read_only' | 'ruleset_manager' | 'workload_manager' | 'global_object_provisioner';
  /** Label ids the role is limited to; empty: global. */
  readonly scope: readonly number[];
}

export interface DimensionRecord {
  readonly id: string;
  readonly key: string;
  readonly displayName: string;
  readonly plural: string;
  readonly initial: string;
  readonly icon: string;
  readonly backgroundColor: string;
  readonly foregroundColor: string;
  readonly ordinal: number;
  readonly createdMs: number;
}

export interface LabelRecord {
  readonly id: number;
  readonly key: string;
  readonly value: string;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly createdBy: number;
}

/**
 * One policy object. `body` is the wire object without href, audit fields, update_type and caps; references in it are draft hrefs.
 * `active` absent: only a draft exists. `draft` absent: the draft equals the active copy.
 */
export interface VersionedSeed {
  readonly id: string;
  readonly createdMs: number;
  readonly updatedMs: number;
  /** User id; 0 is the system. */
  readonly createdBy: number;
  readonly updatedBy: number;
  readonly active?: JsonObject;
  readonly draft?: {
    readonly body: JsonObject;
    readonly updateType: 'create' | 'update' | 'delete';
    readonly updatedMs: number;
    readonly updatedBy: number;
  };
}

export interface ContainerClusterRecord {
  readonly id: string;
  readonly name: string;
  readonly kubernetesVersion: string;
  readonly online: boolean;
  readonly createdMs: number;
  /** Label ids all its workloads carry. */
  readonly labels: readonly number[];
  readonly nodes: readonly string[];
  /** One workload profile each. */
  readonly namespaces: readonly {
    readonly id: string;
    readonly name: string;
    readonly managed: boolean;
    /** Label ids the profile assigns; empty: nobody labelled it. */
    readonly labels: readonly number[];
    readonly enforcementMode: WorkloadRecord['enforcementMode'];
  }[];
}

export interface VulnerabilityRecord {
  /** `CVE-…` */
  readonly id: string;
  readonly name: string;
  /** CVSS times ten, 0–100. */
  readonly score: number;
  readonly detected: readonly { readonly workload: string; readonly port: number; readonly proto: number }[];
}

export interface PolicyVersionRecord {
  readonly version: number;
  readonly commitMessage: string;
  readonly createdMs: number;
  readonly createdBy: number;
  readonly workloadsAffected: number;
}

export interface WorkloadRecord {
  /** UUID v4; the VEN of a managed workload has the same. */
  readonly id: string;
  readonly name: string | null;
  readonly hostname: string | null;
  readonly description: string | null;
  readonly managed: boolean;
  readonly online: boolean;
  readonly enforcementMode: 'idle' | 'visibility_only' | 'selective' | 'full';
  readonly visibilityLevel: 'flow_summary' | 'flow_drops' | 'flow_off' | 'enhanced_data_collection';
  readonly labels: readonly number[];
  readonly interfaces: readonly InterfaceRecord[];
  readonly ignoredInterfaces: readonly string[];
  readonly publicIp: string | null;
  readonly osId: string | null;
  readonly osDetail: string | null;
  readonly openPorts: readonly OpenPortRecord[];
  readonly dataCenter: string | null;
  readonly externalDataSet: string | null;
  readonly externalDataReference: string | null;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly updatedBy: number;
  readonly ven: VenRecord | null;
  readonly ransomware: {
    readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'fully_protected';
    readonly protectionPercent: number;
  } | null;
}

export interface InterfaceRecord {
  readonly name: string;
  readonly address: string;
  readonly cidrBlock: number | null;
  readonly gateway: string | null;
  readonly network: string | null;
}

export interface OpenPortRecord {
  readonly proto: number;
  readonly port: number;
  readonly address: string;
  readonly process: string;
  readonly user: string;
  readonly windowsService: string | null;
}

export interface VenRecord {
  readonly version: string;
  readonly status: 'active' | 'suspended' | 'stopped' | 'uninstalled';
  readonly type: 'server' | 'endpoint' | 'containerized';
  readonly agentId: number;
  readonly pairedMs: number;
  readonly lastHeartbeatMs: number | null;
  readonly lastGoodbyeMs: number | null;
  readonly policyAppliedMs: number | null;
  readonly uptimeSeconds: number | null;
  /** Conditions the VEN is in, e.g. `agent.missed_heartbeats`. */
  readonly conditions: readonly {
    readonly type: string;
    readonly severity: 'warning' | 'err';
    readonly sinceMs: number;
  }[];
}

/** The observed connections of the estate, before any decision: who talked to whom. Decisions are the policy's. */
export interface FlowSource {
  /**
   * One row per (source, destination, service, process, user, reporter) with activity in [fromMs, toMs), its connections and times
   * clipped to the range; always the same rows for the same range, in the same order. Never materialises more than one row.
   */
  rows(fromMs: number, toMs: number): Iterable<FlowRow>;
  /** How far back traffic reaches, in ms since 1970. */
  readonly oldestMs: number;
}

export interface FlowRow {
  readonly srcIp: string;
  /** Index into `Estate.workloads`, or -1. */
  readonly src: number;
  readonly dstIp: string;
  readonly dst: number;
  readonly dstFqdn: string | null;
  readonly proto: number;
  /** 0 where the protocol has none. */
  readonly port: number;
  readonly icmpType: number | null;
  readonly icmpCode: number | null;
  readonly process: string | null;
  readonly windowsService: string | null;
  readonly user: string | null;
  /** Which VEN reports: `source` is `outbound` on the wire, `destination` is `inbound`; `flowlink` has no VEN. */
  readonly reporter: 'source' | 'destination' | 'flowlink';
  readonly transmission: 'unicast' | 'broadcast' | 'multicast';
  readonly state: 'active' | 'closed' | 'timed out' | 'snapshot' | 'new' | 'incomplete';
  readonly connections: number;
  /** Into and out of the destination. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Name of the network of the reporting interface. */
  readonly network: string;
  /** Set where the host's own firewall, not Illumio, dropped it. */
  readonly droppedByHost: boolean;
}
