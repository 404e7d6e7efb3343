import type { DirectionCoverage, RemoteApps } from '../../analysis/coverage.ts';
import { type Component, type Readiness, READINESS_WEIGHTS } from '../../analysis/readiness.ts';
import type { RuleSet, Workload } from '../../model/inventory.ts';
import { plural } from '../listing.ts';

/** One component of the score with what it rests on. */
export interface ReadinessRow {
  readonly component: Component;
  readonly points: number;
  readonly of: number;
  readonly because: string;
}

export interface ReadinessEvidence {
  readonly whole: DirectionCoverage;
  readonly ringfences: readonly RuleSet[];
  readonly onlyDraft: readonly RuleSet[];
  readonly modes: Readonly<Record<Workload['mode'], number>>;
  readonly managed: number;
  readonly remote: RemoteApps;
}

export function readinessRows({ components }: Readiness, evidence: ReadinessEvidence): readonly ReadinessRow[] {
  const { whole, ringfences, onlyDraft, modes, managed, remote } = evidence;
  const blocked = whole.byDecision['blocked']?.connections ?? 0;
  const because: Readonly<Record<Component, string>> = {
    policy_coverage:
      whole.percentage === null
        ? 'no traffic that a VEN evaluated'
        : `a rule allows ${whole.percentage} % of connections (${whole.rowPercentage} % of rows)`,
    ringfence: ringfences[0]?.name ?? (onlyDraft[0] ? `${onlyDraft[0].name} is not provisioned` : 'none'),
    enforcement_mode:
      managed === 0
        ? 'no workload with a VEN'
        : Object.entries(modes)
            .filter(([, count]) => count > 0)
            .map(([mode, count]) => `${count} ${mode}`)
            .join(', '),
    no_blocked_traffic: plural(blocked, 'blocked connection'),
    remote_apps_covered: `${remote.covered.length} covered, ${remote.uncovered.length} not`,
  };
  return (Object.keys(READINESS_WEIGHTS) as Component[]).map((component) => ({
    component,
    points: components[component],
    of: READINESS_WEIGHTS[component],
    because: because[component],
  })); // keys of a constant
}
