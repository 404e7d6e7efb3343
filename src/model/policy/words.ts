import type { EnforcementMode } from '../inventory.ts';
import type { BoundaryDecision, DecidingClass, DraftDecision, EndVerdict, ReportedDecision } from './decision.ts';

export interface Reported {
  readonly decision: ReportedDecision;
  readonly boundary: BoundaryDecision | null;
}

export const NOT_REPORTED: Reported = { decision: 'unknown', boundary: null };

/** What a VEN writes into its flow records (traffic.md §5.2). It knows its processes and users, so a verdict here is never `maybe`. */
export function reportedWord(mode: EnforcementMode, verdict: EndVerdict, decidedBy: DecidingClass): Reported {
  if (mode === 'idle') return NOT_REPORTED;
  if (verdict === 'allowed') return { decision: 'allowed', boundary: null };
  const decision = verdict === 'blocked' ? 'blocked' : 'potentially_blocked';
  if (decidedBy === 'override_deny')
    return { decision, boundary: mode === 'visibility_only' ? null : 'blocked_by_override_deny' };
  if (decidedBy === 'deny') return { decision, boundary: mode === 'full' ? null : 'blocked' };
  return { decision, boundary: null };
}

/** The draft view's word for a flow whose enforcing end is in `mode` (objects.md §11.7, traffic.md §5.4). */
export function draftWord(
  mode: EnforcementMode,
  { essential, override, allow, deny }: { essential: boolean; override: boolean; allow: boolean; deny: boolean },
): DraftDecision {
  if (essential) return 'allowed';
  const enforced = mode === 'selective' || mode === 'full';
  if (override) return enforced ? 'blocked_by_override_deny' : 'potentially_blocked_by_override_deny';
  if (allow) return deny ? 'allowed_across_boundary' : 'allowed';
  if (deny) return enforced ? 'blocked_by_boundary' : 'potentially_blocked_by_boundary';
  return mode === 'full' ? 'blocked_no_rule' : 'potentially_blocked_no_rule';
}
