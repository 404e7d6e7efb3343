import type { ExpressionFilter, WorkloadFilter } from './view.ts';

/** What both a filter and a label scope let through: alternatives of both, combined; exclusions of either. */
export function narrow<Filter extends Pick<WorkloadFilter, 'labels' | 'excludeLabels'>>(
  filter: Filter,
  scope: ExpressionFilter,
): Filter {
  const asked = filter.labels ?? [[]];
  const allowed = scope.labels ?? [[]];
  return {
    ...filter,
    labels: asked.flatMap((some) => allowed.map((others) => [...new Set([...some, ...others])])),
    excludeLabels: [...(filter.excludeLabels ?? []), ...(scope.excludeLabels ?? [])],
  };
}
