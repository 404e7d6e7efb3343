import type { Href } from '../../core/href.ts';
import type { EnforcementMode } from '../inventory.ts';
import type { PolicySource } from '../policy/source.ts';

export const MODES = ['idle', 'visibility_only', 'selective', 'full'] as const satisfies readonly EnforcementMode[];

/** The policy with these workloads in another mode; modes take effect at once and belong to no version. */
export const withMode = (policy: PolicySource, workloads: ReadonlySet<Href>, mode: EnforcementMode): PolicySource => ({
  ...policy,
  workloads: policy.workloads.map((workload) =>
    workload.managed && workloads.has(workload.href) ? { ...workload, mode } : workload,
  ),
});
