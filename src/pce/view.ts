import type { Href } from '../core/href.ts';
import type {
  EnforcementMode,
  IpList,
  Label,
  LabelGroup,
  PceEvent,
  RuleSet,
  Service,
  Ven,
  Workload,
} from '../model/inventory.ts';
import type { RuleHitCounts } from './reads/rule-hits.ts';
import type { Boundary } from './resources/enforcement-boundaries.ts';
import type { ContainerCluster, ContainerProfile, KubernetesWorkload } from './resources/containers.ts';
import type { PairingProfile } from './resources/pairing.ts';
import type { ServiceBinding } from './resources/service-bindings.ts';
import type { VirtualService } from './resources/virtual-services.ts';
import type { TrafficQuery, TrafficStream } from './traffic/query.ts';

/** A collection as far as it was read. */
export interface Listing<T> {
  readonly items: readonly T[];
  /** How many there are by the PCE's own count of what matches, when it gave one. */
  readonly matched: number | null;
  /** False when a cap cut it; then `cap` says which. Never false silently: callers put it into coverage. */
  readonly complete: boolean;
  readonly cap: number | null;
}

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** At most so many items; absent: all of them. */
  readonly maxResults?: number | undefined;
  readonly onProgress?: ((read: number, total: number | null) => void) | undefined;
}

export interface WorkloadFilter {
  readonly name?: string | undefined;
  readonly hostname?: string | undefined;
  readonly ipAddress?: string | undefined;
  readonly description?: string | undefined;
  readonly managed?: boolean | undefined;
  readonly online?: boolean | undefined;
  readonly enforcementMode?: EnforcementMode | undefined;
  /** Alternatives (OR) of label hrefs that must all be carried (AND). */
  readonly labels?: readonly (readonly Href[])[] | undefined;
  /** Workloads that carry any of these do not match; checked here, the PCE has no such filter. */
  readonly excludeLabels?: readonly Href[] | undefined;
}

export interface LabelFilter {
  /** Exact. */
  readonly key?: string | undefined;
  /** Substring, as the PCE matches. */
  readonly value?: string | undefined;
  readonly includeDeleted?: boolean | undefined;
  readonly usage?: boolean | undefined;
}

export interface PolicyObjectFilter {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
}

export interface IpListFilter extends PolicyObjectFilter {
  readonly fqdn?: string | undefined;
  readonly ipAddress?: string | undefined;
}

export interface ServiceFilter extends PolicyObjectFilter {
  readonly port?: number | undefined;
  readonly proto?: number | undefined;
}

export interface RuleSetFilter extends PolicyObjectFilter {
  /** Matches scopes; as in WorkloadFilter. */
  readonly labels?: readonly (readonly Href[])[] | undefined;
}

export interface VenFilter {
  readonly hostname?: string | undefined;
  readonly status?: string | undefined;
  readonly health?: string | undefined;
  /** `21.5` means every 21.5. */
  readonly version?: string | undefined;
  readonly labels?: readonly (readonly Href[])[] | undefined;
  readonly excludeLabels?: readonly Href[] | undefined;
}

export interface EventFilter {
  readonly eventType?: string | undefined;
  readonly severity?: string | undefined;
  readonly status?: string | undefined;
  readonly createdBy?: string | undefined;
  readonly timestampGte?: string | undefined;
  readonly timestampLte?: string | undefined;
}

export interface NameFilter {
  /** Substring, as the PCE matches. */
  readonly name?: string | undefined;
}

export interface ContainerProfileFilter {
  readonly namespace?: string | undefined;
  readonly managed?: boolean | undefined;
}

export interface KubernetesWorkloadFilter {
  readonly clusters?: readonly Href[] | undefined;
  readonly namespace?: string | undefined;
  readonly kind?: string | undefined;
  readonly mode?: EnforcementMode | undefined;
  /** As in WorkloadFilter. */
  readonly labels?: readonly (readonly Href[])[] | undefined;
  readonly excludeLabels?: readonly Href[] | undefined;
}

export type PolicyVersion = 'draft' | 'active';

/** What `check-pce-connection` tells. */
export interface PceStatus {
  readonly host: string;
  readonly port: number;
  readonly orgId: string;
  readonly version: string;
  readonly build: number | null;
  /** `normal`, `warning`, `critical`, or null where the PCE does not say (SaaS). */
  readonly health: string | null;
  readonly latencyMs: number;
  /** PCE clock minus ours, from the Date header. */
  readonly clockSkewMs: number | null;
}

/**
 * The PCE as a handler gets it: one org, already narrowed to the caller's label scope and to read-only where that holds. Every method
 * throws a `Failure` when the PCE fails; an empty listing always means that there is nothing.
 */
export interface PceView {
  /** Identifies PCE, org and identity for caches; holds no secret. */
  readonly identity: string;
  /** How many writes this connection has seen: what was read before the last one may be stale. */
  readonly writes: () => number;
  status(options?: ReadOptions): Promise<PceStatus>;
  labels(filter?: LabelFilter, options?: ReadOptions): Promise<Listing<Label>>;
  workloads(filter?: WorkloadFilter, options?: ReadOptions): Promise<Listing<Workload>>;
  vens(filter?: VenFilter, options?: ReadOptions): Promise<Listing<Ven>>;
  labelGroups(
    version: PolicyVersion,
    filter?: PolicyObjectFilter & { readonly key?: string | undefined },
    options?: ReadOptions,
  ): Promise<Listing<LabelGroup>>;
  ipLists(version: PolicyVersion, filter?: IpListFilter, options?: ReadOptions): Promise<Listing<IpList>>;
  services(version: PolicyVersion, filter?: ServiceFilter, options?: ReadOptions): Promise<Listing<Service>>;
  ruleSets(version: PolicyVersion, filter?: RuleSetFilter, options?: ReadOptions): Promise<Listing<RuleSet>>;
  /** Enforcement boundaries; none where deny rules have taken their place. */
  boundaries(version: PolicyVersion, options?: ReadOptions): Promise<Listing<Boundary>>;
  /** Without their bindings to workloads. */
  virtualServices(version: PolicyVersion, options?: ReadOptions): Promise<Listing<VirtualService>>;
  /** Which virtual service stands on which workload; in force at once. */
  serviceBindings(options?: ReadOptions): Promise<Listing<ServiceBinding>>;
  containerClusters(filter?: NameFilter, options?: ReadOptions): Promise<Listing<ContainerCluster>>;
  containerProfiles(
    cluster: Href,
    filter?: ContainerProfileFilter,
    options?: ReadOptions,
  ): Promise<Listing<ContainerProfile>>;
  kubernetesWorkloads(filter?: KubernetesWorkloadFilter, options?: ReadOptions): Promise<Listing<KubernetesWorkload>>;
  /** Never with a key: the PCE shows one only to whoever makes it. */
  pairingProfiles(filter?: NameFilter, options?: ReadOptions): Promise<Listing<PairingProfile>>;
  events(filter?: EventFilter, options?: ReadOptions): Promise<Listing<PceEvent>>;
  /** Rule hits by the newest finished report of the PCE, or why there is none. */
  ruleHits(options?: ReadOptions): Promise<RuleHitCounts>;
  /** Exact resolution of names, labels, expressions (see `resolve/`). */
  readonly resolve: Resolver;
  /** Runs an async traffic query to its result; the stream yields the raw bytes of the JSON download. */
  traffic(query: TrafficQuery, options?: TrafficOptions): Promise<TrafficStream>;
}

export interface TrafficOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((state: 'queued' | 'working' | 'completed') => void) | undefined;
  /** Give up after so long; the query is cancelled on the PCE. */
  readonly deadlineMs?: number | undefined;
  /** Told the query's own href as soon as there is one. */
  readonly onPosted?: ((query: Href) => void) | undefined;
  /** Goes on waiting for this query of before in place of posting another. */
  readonly resume?: Href | undefined;
}

/** The part of a workload filter that an expression can say. */
export type ExpressionFilter = Pick<WorkloadFilter, 'labels' | 'excludeLabels' | 'managed'>;

/**
 * Names to hrefs, exactly or not at all: a miss throws with the nearest candidates, an ambiguity with all of them. Policy objects are
 * looked up in the active policy unless told otherwise.
 */
export interface Resolver {
  /** One label by key and value (case-sensitive; near misses are candidates). */
  label(key: string, value: string, options?: ReadOptions): Promise<Label>;
  labelGroup(name: string, version?: PolicyVersion, options?: ReadOptions): Promise<LabelGroup>;
  ipList(name: string, version?: PolicyVersion, options?: ReadOptions): Promise<IpList>;
  service(name: string, version?: PolicyVersion, options?: ReadOptions): Promise<Service>;
  ruleSet(name: string, version?: PolicyVersion, options?: ReadOptions): Promise<RuleSet>;
  /** By name or hostname. */
  workload(name: string, options?: ReadOptions): Promise<Workload>;
  /**
   * Label terms of an expression or href list into alternatives (OR) of label hrefs (AND), as the PCE's `labels` filters want them. They
   * cannot say `!=`; `workloadFilter` can.
   */
  labelFilter(expression: string | readonly string[], options?: ReadOptions): Promise<readonly (readonly Href[])[]>;
  /** An expression (or list of terms that must all hold) over labels, label groups, `ams` and `any` as a workload filter. */
  workloadFilter(expression: string | readonly string[], options?: ReadOptions): Promise<ExpressionFilter>;
  /**
   * One side of a traffic query. `include`: a list of terms is one AND block, a list of lists is OR of AND blocks; `key!=value` is moved
   * to the exclusions. `exclude`: a flow that matches any term is dropped. What cannot be resolved throws `unresolved_label_filter`.
   */
  sources(include: TrafficItems, exclude: readonly string[], options?: ReadOptions): Promise<TrafficQuery['sources']>;
  destinations(
    include: TrafficItems,
    exclude: readonly string[],
    options?: ReadOptions,
  ): Promise<TrafficQuery['destinations']>;
}

export type TrafficItems = readonly (string | readonly string[])[];
