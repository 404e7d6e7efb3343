import { printTerm } from '../../core/expression.ts';
import type { EnforcementMode, Workload } from '../../model/inventory.ts';

/** How to bring an application with mixed modes to one mode. */
export interface FixStep {
  readonly app: string;
  readonly env: string;
  readonly target_mode: EnforcementMode;
  /** Why this mode, and what to look at before. */
  readonly because: string;
  readonly workloads: readonly string[];
  /** Calls that look first, then plan the change. */
  readonly calls: readonly string[];
}

/** From least to most that is blocked. */
const MODES = ['idle', 'visibility_only', 'selective', 'full'] as const satisfies readonly EnforcementMode[];
const NAMED = 10;

const strength = (mode: EnforcementMode): number => MODES.indexOf(mode);
const nameOf = ({ name, hostname, href }: Workload): string => name ?? hostname ?? href;

/** The mode most of them have; of equal ones the weaker, which breaks nothing. */
function targetOf(counts: ReadonlyMap<EnforcementMode, number>): EnforcementMode {
  const [first = 'visibility_only', ...others] = MODES.filter((mode) => counts.has(mode));
  return others.reduce<EnforcementMode>(
    (best, mode) => ((counts.get(mode) ?? 0) > (counts.get(best) ?? 0) ? mode : best),
    first,
  );
}

/** The change that ends the mix among `members`, workloads with an agent of one application. */
export function fixStep(app: string, env: string, members: readonly Workload[]): FixStep {
  const counts = new Map([...Map.groupBy(members, ({ mode }) => mode)].map(([mode, some]) => [mode, some.length]));
  const target = targetOf(counts);
  const differing = members.filter(({ mode }) => mode !== target);
  const tightens = differing.some(({ mode }) => strength(mode) < strength(target));
  const labels = [
    printTerm({ kind: 'label', key: 'app', negated: false, values: [app] }),
    printTerm({ kind: 'label', key: 'env', negated: false, values: [env] }),
  ].join(' ');
  return {
    app,
    env,
    target_mode: target,
    because: `${counts.get(target)} of ${members.length} are ${target}; ${differing.length} differ${tightens ? ': flows without a rule will be blocked there, so simulate first' : ''}`,
    workloads: [
      ...differing.slice(0, NAMED).map((workload) => `${nameOf(workload)} ${workload.mode}`),
      ...(differing.length > NAMED ? [`and ${differing.length - NAMED} more`] : []),
    ],
    calls: [
      ...(tightens ? [`simulate-enforcement app_name=${app} env_name=${env} target_mode=${target}`] : []),
      `set-enforcement-mode enforcement_mode=${target} labels='${labels}' dry_run=true`,
    ],
  };
}
