import type { Href } from '../core/href.ts';

/** What stands on a PCE, as domain values: checked once where it enters (`pce/`), never raw again. Times are RFC 3339 strings as the PCE gave them. */

export type EnforcementMode = 'idle' | 'visibility_only' | 'selective' | 'full';

export interface Label {
  readonly href: Href;
  readonly key: string;
  readonly value: string;
  readonly deleted: boolean;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  readonly externalDataSet: string | null;
  readonly externalDataReference: string | null;
  /** Where the label is in use, by kind; only when usage was asked for. */
  readonly usage: Readonly<Record<string, boolean>> | null;
}

export interface LabelRef {
  readonly href: Href;
  readonly key: string;
  readonly value: string;
}

export interface NetworkInterface {
  readonly name: string;
  readonly address: string;
  readonly cidrBlock: number | null;
  readonly gateway: string | null;
}

export interface OpenPort {
  readonly proto: number;
  readonly port: number;
  readonly address: string | null;
  readonly process: string | null;
  readonly user: string | null;
  readonly windowsService: string | null;
}

export interface Workload {
  readonly href: Href;
  readonly name: string | null;
  readonly hostname: string | null;
  readonly description: string | null;
  readonly managed: boolean;
  readonly online: boolean;
  readonly mode: EnforcementMode;
  readonly visibility: string | null;
  readonly labels: readonly LabelRef[];
  readonly interfaces: readonly NetworkInterface[];
  readonly publicIp: string | null;
  readonly osId: string | null;
  readonly osDetail: string | null;
  readonly openPorts: readonly OpenPort[];
  readonly ven: Href | null;
  /** How protected it is from ransomware by the PCE's own reckoning, 0 to 100; null or absent where that is not computed. */
  readonly ransomwarePercent?: number | null;
  readonly externalDataSet: string | null;
  readonly externalDataReference: string | null;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
}

export interface Ven {
  readonly href: Href;
  readonly name: string | null;
  readonly hostname: string | null;
  readonly status: string;
  readonly version: string | null;
  readonly osId: string | null;
  readonly venType: string | null;
  readonly lastHeartbeatAt: string | null;
  readonly activePceFqdn: string | null;
  readonly conditions: readonly string[];
  readonly labels: readonly Href[];
  readonly workloads: readonly Href[];
}

/** Every versioned policy object: which version the href is of, and what the draft does to it. */
export interface Versioned {
  readonly href: Href;
  readonly updateType: 'create' | 'update' | 'delete' | null;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
}

export interface LabelGroup extends Versioned {
  readonly name: string;
  readonly description: string | null;
  readonly key: string;
  readonly labels: readonly LabelRef[];
  readonly subGroups: readonly { readonly href: Href; readonly name: string | null }[];
}

export interface IpRange {
  readonly from: string;
  readonly to: string | null;
  readonly exclusion: boolean;
  readonly description: string | null;
}

export interface IpList extends Versioned {
  readonly name: string;
  readonly description: string | null;
  readonly ranges: readonly IpRange[];
  readonly fqdns: readonly string[];
}

export interface ServicePort {
  /** IANA protocol number; -1 is every protocol. */
  readonly proto: number | null;
  readonly port: number | null;
  readonly toPort: number | null;
  readonly icmpType: number | null;
  readonly icmpCode: number | null;
  readonly process: string | null;
  readonly windowsService: string | null;
}

export interface Service extends Versioned {
  readonly name: string;
  readonly description: string | null;
  readonly process: string | null;
  /** Which of the PCE's three mutually exclusive lists the ports stand in. */
  readonly kind: 'ports' | 'windows' | 'windows_egress';
  readonly ports: readonly ServicePort[];
  readonly ransomware: { readonly severity: string | null; readonly category: string | null } | null;
}

export type Actor =
  | { readonly kind: 'ams' }
  | { readonly kind: 'container_host' }
  | { readonly kind: 'label_dimension'; readonly key: string }
  | { readonly kind: 'label'; readonly href: Href; readonly exclusion: boolean }
  | { readonly kind: 'label_group'; readonly href: Href; readonly exclusion: boolean }
  | { readonly kind: 'workload' | 'virtual_service' | 'virtual_server' | 'ip_list'; readonly href: Href };

export type ScopeEntry = Extract<Actor, { readonly kind: 'label' | 'label_group' }>;

export type ServiceRef =
  | { readonly kind: 'service'; readonly href: Href }
  | { readonly kind: 'ports'; readonly proto: number; readonly port: number | null; readonly toPort: number | null };

export type RuleKind = 'allow' | 'deny' | 'override_deny';
export type ResolveAs = 'workloads' | 'virtual_services';

export interface Rule extends Versioned {
  readonly kind: RuleKind;
  readonly enabled: boolean;
  readonly description: string | null;
  readonly providers: readonly Actor[];
  readonly consumers: readonly Actor[];
  readonly services: readonly ServiceRef[];
  readonly egressServices: readonly ServiceRef[];
  /** True: consumers may be outside the scope (extra-scope). */
  readonly unscopedConsumers: boolean;
  readonly resolveLabelsAs: { readonly providers: readonly ResolveAs[]; readonly consumers: readonly ResolveAs[] };
  /** User groups the rule is bound to; empty: none. */
  readonly consumingSecurityPrincipals: readonly Href[];
  readonly networkType: 'brn' | 'non_brn' | 'all';
  readonly useWorkloadSubnets: readonly ('providers' | 'consumers')[];
  readonly stateless: boolean;
  /** 26.x: that side is every address except those the actors resolve to. */
  readonly allIpsExceptFor: readonly ('providers' | 'consumers')[];
}

export interface RuleSet extends Versioned {
  readonly name: string;
  readonly description: string | null;
  readonly enabled: boolean;
  /** Alternatives (OR) of entries (AND); `[[]]` is everything. */
  readonly scopes: readonly (readonly ScopeEntry[])[];
  /** Allow, deny and override-deny rules together, in the PCE's order. */
  readonly rules: readonly Rule[];
}

export interface PceEvent {
  readonly href: Href;
  readonly type: string;
  readonly timestamp: string;
  readonly severity: string;
  readonly status: string | null;
  readonly createdBy: string;
  readonly pceFqdn: string | null;
  readonly notifications: readonly { readonly type: string; readonly info: unknown }[];
  readonly resourceChanges: number;
}
