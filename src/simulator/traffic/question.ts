import type { Href } from '../../core/href.ts';
import type { AddressSpan } from '../../model/addresses/address.ts';
import type { ReportedDecision } from '../../model/policy/decision.ts';

/** A checked traffic query: hrefs are known to exist, times are ms since 1970, nothing is null. */
export interface TrafficQuestion {
  readonly fromMs: number;
  readonly toMs: number;
  readonly sources: Side;
  readonly destinations: Side;
  readonly services: { readonly include: readonly ServiceTest[]; readonly exclude: readonly ServiceTest[] };
  /** `or`: a row matches when either side does. */
  readonly either: boolean;
  /** Empty: all. */
  readonly decisions: readonly ReportedDecision[];
  readonly boundaryDecisions: readonly string[];
  readonly clientTypes: { readonly include: readonly string[]; readonly exclude: readonly string[] };
  readonly workloadsOutsideIpLists: boolean;
  readonly maxResults: number;
}

export interface Side {
  /** Alternatives of actors that must all match; empty: any. */
  readonly include: readonly (readonly ActorTest[])[];
  readonly exclude: readonly ActorTest[];
}

export type ActorTest =
  | { readonly kind: 'label'; readonly id: number }
  | { readonly kind: 'label_group' | 'ip_list'; readonly href: Href }
  | { readonly kind: 'workload'; readonly id: string }
  | { readonly kind: 'ip_address'; readonly span: AddressSpan }
  | { readonly kind: 'ams' }
  | { readonly kind: 'transmission'; readonly value: string }
  | { readonly kind: 'fqdn'; readonly pattern: string }
  /** Cloud resources and data centers: valid in a query, and nothing in a simulated estate is one. */
  | { readonly kind: 'nowhere' };

/** What is undefined is not asked about. A port without `toPort` is that port alone. */
export interface ServiceTest {
  readonly port: number | undefined;
  readonly toPort: number | undefined;
  readonly proto: number | undefined;
  readonly process: string | undefined;
  readonly windowsService: string | undefined;
}
