import type { Href } from '../../core/href.ts';
import type { Workload } from '../../model/inventory.ts';
import type { Members, RuleReach } from './members.ts';

export type UsageVerdict = 'used' | 'unused' | 'likely' | 'unknown';

export interface Usage {
  readonly verdict: UsageVerdict;
  readonly reason: string;
}

export interface UsageFacts {
  readonly workloads: readonly Workload[];
  /** Rules that a flow of the window matched. */
  readonly used: ReadonlySet<Href>;
  /** Rules that flows matched in vain: an override deny beat them. */
  readonly beaten: ReadonlySet<Href>;
  /** Days before now of the last hit by the PCE's own count; undefined where it does not say, null for never. */
  readonly lastHit: (rule: Href) => number | null | undefined;
  readonly days: number;
  readonly nowMs: number;
}

/** What people write on rules that are meant to be used rarely; such a rule is never called unused. */
const RARE =
  /year.?end|month.?end|quarter.?end|closing|annual|once a year|disaster|\bdr\b|recovery|break.?glass|emergency|failover/i;
const DAY_MS = 86_400_000;
/** Share of unseen pairs of hosts up to which the verdict is still likely. */
const MOSTLY_SEEN = 0.2;

/** A host whose agent reports what it lets through. */
const logs = ({ managed, mode, visibility }: Workload): boolean =>
  managed && mode !== 'idle' && visibility !== 'flow_off' && visibility !== 'flow_drops';

function blindShare({ workloads: members }: Members, workloads: readonly Workload[]): number {
  const hosts = [...members].flatMap((index) => workloads[index] ?? []);
  return hosts.length === 0 ? 1 : hosts.filter((host) => !logs(host)).length / hosts.length;
}

const isEmpty = ({ workloads, byAddress, addressSets, open, negated }: Members): boolean =>
  workloads.size + byAddress.size + addressSets.length === 0 && !open && !negated;

/**
 * Whether a rule is used, from the flows of a window and the hits that the PCE counted. `unused` only where traffic would have been seen: an
 * agent at one end of every possible flow that reports what it allows, a rule older than the window, nothing that says it is meant for rare
 * days (users.md §4.7). Hits prove use; their absence proves nothing that flows do not, because both come from what agents report.
 */
export function usageOf(parts: readonly RuleReach[], rule: JudgedRule, facts: UsageFacts): Usage {
  const { days } = facts;
  if (facts.used.has(rule.href)) return { verdict: 'used', reason: 'flows matched it' };
  const lastHit = facts.lastHit(rule.href);
  if (typeof lastHit === 'number' && lastHit <= days)
    return { verdict: 'used', reason: `hit ${lastHit} days ago by the PCE's count` };
  const { verdict, reason } = withoutHits(parts, rule, facts);
  if (lastHit === undefined) return { verdict, reason };
  const said = lastHit === null ? "never hit by the PCE's count" : `last hit ${lastHit} days ago by the PCE's count`;
  return { verdict, reason: `${reason}; ${said}` };
}

interface JudgedRule {
  readonly href: Href;
  readonly createdAt: string | null;
  readonly note: string;
}

function withoutHits(
  parts: readonly RuleReach[],
  rule: JudgedRule,
  { workloads, beaten, days, nowMs }: UsageFacts,
): Usage {
  if (beaten.has(rule.href))
    return { verdict: 'unknown', reason: 'flows matched it, and an override deny blocked them' };
  const rare = RARE.exec(rule.note);
  if (rare !== null)
    return { verdict: 'unknown', reason: `meant for rare days ("${rare[0]}"): no flow proves nothing` };
  const ageDays = rule.createdAt === null ? null : Math.floor((nowMs - Date.parse(rule.createdAt)) / DAY_MS);
  if (ageDays !== null && ageDays < days)
    return { verdict: 'unknown', reason: `only ${ageDays} days old, younger than the window` };
  if (parts.every(({ providers, consumers }) => isEmpty(providers) || isEmpty(consumers)))
    return { verdict: 'unused', reason: 'selects nobody: no workload carries its labels' };
  const blind = Math.max(
    ...parts.map(({ providers, consumers }) => blindShare(providers, workloads) * blindShare(consumers, workloads)),
  );
  if (blind > MOSTLY_SEEN)
    return {
      verdict: 'unknown',
      reason: `${Math.round(100 * blind)} % of its host pairs report no allowed flows (no agent, idle, or visibility off or blocked only)`,
    };
  return blind > 0
    ? {
        verdict: 'likely',
        reason: `no flow in ${days} days; ${Math.ceil(100 * blind)} % of its host pairs are not seen`,
      }
    : { verdict: 'unused', reason: `no flow in ${days} days, and every flow would have been seen` };
}
