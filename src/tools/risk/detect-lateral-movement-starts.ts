import { Failure } from '../../core/errors.ts';
import type { AppName } from '../../model/graph/app-graph.ts';
import type { ToolContext } from '../tool.ts';
import { namedLabel } from './application.ts';

/** Which nodes the arguments name: an application in one or in every environment; null where they name none. */
export async function startsOf(
  { app_name: app, env_name: env }: { readonly app_name?: string | undefined; readonly env_name?: string | undefined },
  context: Pick<ToolContext, 'pce' | 'signal'>,
): Promise<((name: AppName) => boolean) | null> {
  if (app === undefined) {
    if (env === undefined) return null;
    throw new Failure('invalid_arguments', { message: 'env_name needs an app_name: paths start at an application.' });
  }
  const label = await namedLabel('app', app, context);
  const envLabel = env === undefined ? null : await namedLabel('env', env, context);
  return (name) => name.app === label.value && (envLabel === null || name.env === envLabel.value);
}
