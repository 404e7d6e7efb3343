import type { Href } from '../../core/href.ts';
import type { EnforcementMode, IpList, LabelGroup, LabelRef, Rule, RuleSet, Service } from '../inventory.ts';

/** What the engine compiles: one policy version plus what is common to all versions (labels, workloads). All hrefs are of the same version. */
export interface PolicySource {
  readonly labels: readonly LabelRef[];
  readonly labelGroups: readonly Pick<LabelGroup, 'href' | 'key' | 'labels' | 'subGroups'>[];
  readonly ipLists: readonly Pick<IpList, 'href' | 'name' | 'ranges' | 'fqdns'>[];
  readonly services: readonly Pick<Service, 'href' | 'name' | 'kind' | 'ports'>[];
  readonly ruleSets: readonly SourceRuleSet[];
  readonly boundaries: readonly SourceBoundary[];
  readonly virtualServices: readonly SourceVirtualService[];
  readonly workloads: readonly SourceWorkload[];
  /** Addresses and ports of the PCE that VENs talk to: essential traffic. */
  readonly pce: { readonly addresses: readonly string[]; readonly ports: readonly number[] } | null;
}

export type SourceRule = Pick<
  Rule,
  | 'href'
  | 'kind'
  | 'enabled'
  | 'providers'
  | 'consumers'
  | 'services'
  | 'unscopedConsumers'
  | 'resolveLabelsAs'
  | 'consumingSecurityPrincipals'
  | 'networkType'
  | 'useWorkloadSubnets'
  | 'stateless'
  | 'allIpsExceptFor'
>;

export type SourceRuleSet = Pick<RuleSet, 'href' | 'name' | 'enabled' | 'scopes'> & {
  readonly rules: readonly SourceRule[];
};

/** A legacy enforcement boundary: an unscoped ordinary deny that bites in selective mode. */
export type SourceBoundary = Pick<Rule, 'href' | 'enabled' | 'providers' | 'consumers' | 'services' | 'networkType'> & {
  readonly name: string;
};

export interface SourceVirtualService {
  readonly href: Href;
  /** True for a virtual server: rules name it, labels never pick it. */
  readonly byNameOnly?: boolean;
  readonly labels: readonly Href[];
  readonly ports: readonly { readonly proto: number; readonly port: number | null; readonly toPort: number | null }[];
  readonly service: Href | null;
  readonly addresses: readonly {
    readonly ip: string | null;
    readonly fqdn: string | null;
    readonly port: number | null;
  }[];
  readonly ipOverrides: readonly string[];
  readonly bindings: readonly {
    readonly workload: Href;
    readonly portOverrides: readonly {
      readonly proto: number;
      readonly port: number;
      readonly newPort: number;
      readonly newToPort: number | null;
    }[];
  }[];
}

export interface SourceWorkload {
  readonly href: Href;
  readonly managed: boolean;
  readonly mode: EnforcementMode;
  readonly labels: readonly Href[];
  readonly addresses: readonly string[];
  readonly publicIp: string | null;
  /** CIDRs of the interfaces, for `use_workload_subnets`. */
  readonly subnets: readonly string[];
  readonly os: 'windows' | 'linux' | null;
  readonly endpoint: boolean;
}
