import { Failure } from '../../core/errors.ts';
import type { Href } from '../../core/href.ts';
import type { Workload } from '../../model/inventory.ts';
import type { ToolContext } from '../tool.ts';
import { labelTerm } from '../label-argument.ts';

/** An application, in one environment or in all. */
export interface AppTarget {
  /** `app=payments env=prod`. */
  readonly expression: string;
  readonly labels: readonly Href[];
  readonly owns: (workload: Pick<Workload, 'labels'>) => boolean;
}

/** The application by its exact label values. Throws `label_not_found` with the nearest. */
export async function appTarget(
  { app_name: app, env_name: env }: { readonly app_name: string; readonly env_name?: string | undefined },
  { pce, signal }: Pick<ToolContext, 'pce' | 'signal'>,
): Promise<AppTarget> {
  const named = [['app', app] as const, ...(env === undefined ? [] : [['env', env] as const])];
  const labels = (await Promise.all(named.map(([key, value]) => pce.resolve.label(key, value, { signal })))).map(
    ({ href }) => href,
  );
  return {
    expression: named.map(([key, value]) => labelTerm(key, value)).join(' '),
    labels,
    owns: (workload) => labels.every((href) => workload.labels.some((label) => label.href === href)),
  };
}

/** Throws `not_found` when nothing carries the labels. */
export function workloadsOf({ expression, owns }: AppTarget, workloads: readonly Workload[]): readonly Workload[] {
  const found = workloads.filter(owns);
  if (found.length > 0) return found;
  throw new Failure('not_found', { message: `No workload carries ${expression}.` });
}
