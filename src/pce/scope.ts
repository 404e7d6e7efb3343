import { Failure } from '../core/errors.ts';
import type { Href } from '../core/href.ts';
import { scopeAlternatives } from '../core/label-scope.ts';
import type { ExpressionFilter, ReadOptions, Resolver, WorkloadFilter } from './view.ts';

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

/**
 * A label scope as a filter. Resolved anew each time (from the cache), because labels come and go. Throws where it names a label that is
 * not there: a scope that cannot be read lets nothing through.
 */
export async function resolveScope(
  resolve: Pick<Resolver, 'workloadFilter'>,
  labelScope: string,
  options: Pick<ReadOptions, 'signal'> = {},
): Promise<ExpressionFilter> {
  const parts = await Promise.all(
    scopeAlternatives(labelScope).map((expression) => resolve.workloadFilter(expression, options)),
  );
  const [only] = parts;
  if (only && parts.length === 1 && only.managed === undefined) return only;
  // What one part excludes another may allow, so exclusions do not add up.
  if (parts.length === 0 || parts.some(({ managed, excludeLabels }) => managed !== undefined || excludeLabels))
    throw new Failure('invalid_configuration', { message: 'A label scope is made of labels and label groups.' });
  return { labels: parts.flatMap(({ labels }) => labels ?? [[]]) };
}

/** Whether something with these labels lies within the scope. */
export function isWithin(
  labels: readonly unknown[],
  { labels: allowed = [[]], excludeLabels = [] }: ExpressionFilter,
): boolean {
  const own = new Set(labels);
  const carriesAll = (wanted: readonly Href[]) => wanted.every((href) => own.has(href));
  return allowed.some(carriesAll) && !excludeLabels.some((href) => own.has(href));
}
