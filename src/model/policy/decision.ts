import type { Href } from '../../core/href.ts';
import type { EnforcementMode } from '../inventory.ts';

/** One side of a connection: an address, and the workload that has it (looked up by address when absent). */
export interface FlowEnd {
  readonly ip: string;
  readonly workload?: Href | undefined;
  readonly fqdn?: string | undefined;
}

/** A new connection to `port` of `dst`. Absent process, service or groups are unknown; an empty group list is known to be none. */
export interface FlowQuestion {
  readonly src: FlowEnd;
  readonly dst: FlowEnd;
  readonly proto: number;
  readonly port?: number | undefined;
  readonly icmpType?: number | undefined;
  readonly icmpCode?: number | undefined;
  readonly process?: string | undefined;
  readonly windowsService?: string | undefined;
  readonly userGroups?: readonly Href[] | undefined;
  readonly network?: 'brn' | 'non_brn' | undefined;
}

/** The class of rule that decided, in order of precedence (objects.md §11.1). */
export type DecidingClass = 'essential' | 'override_deny' | 'allow' | 'deny' | 'default';

export type EndVerdict = 'allowed' | 'blocked' | 'potentially_blocked' | 'maybe' | 'not_enforced';

/** What one end's VEN does with the flow. */
export interface EndDecision {
  readonly workload: Href;
  readonly mode: EnforcementMode;
  readonly verdict: EndVerdict;
  /** Null when the end evaluates nothing (idle) or when unknown facts decide (`maybe`). */
  readonly class: DecidingClass | null;
  /** Every rule of the deciding class that matched; empty for `default` and `essential`. For `maybe`: the rules it hangs on. */
  readonly rules: readonly Href[];
  /** Rules of the classes that lost. */
  readonly runnersUp: readonly { readonly rule: Href; readonly class: DecidingClass }[];
  /** Rules that would match if a process, user or name were known. */
  readonly maybe: readonly Href[];
  /** True when a deny rule or boundary matches, whether or not it decided. */
  readonly crossesBoundary: boolean;
}

/** What a VEN at this end reports (traffic.md §5.2). */
export type ReportedDecision = 'allowed' | 'potentially_blocked' | 'blocked' | 'unknown';
export type BoundaryDecision = 'blocked' | 'blocked_by_override_deny';

/** The PCE's draft words (traffic.md §5.4). */
export type DraftDecision =
  | 'allowed'
  | 'allowed_across_boundary'
  | 'blocked_by_boundary'
  | 'blocked_by_override_deny'
  | 'blocked_no_rule'
  | 'potentially_blocked_by_boundary'
  | 'potentially_blocked_by_override_deny'
  | 'potentially_blocked_no_rule';

export interface Decision {
  /** The worst end: blocked > maybe > potentially_blocked > allowed; `not_enforced` when no end evaluates. */
  readonly verdict: EndVerdict;
  /** The ends that gave it. */
  readonly at: 'source' | 'destination' | 'both' | null;
  readonly class: DecidingClass | null;
  readonly rules: readonly Href[];
  readonly ends: { readonly source: EndDecision | null; readonly destination: EndDecision | null };
  /** What the PCE's draft view would call it, when the compiled version is the draft. */
  readonly draftDecision: DraftDecision;
  /** Choices the fact sheets leave open that this answer leaned on, by their id in `open-points.ts`. */
  readonly notes: readonly string[];
}
