import { Failure } from '../../core/errors.ts';
import { isHref } from '../../core/href.ts';
import { parseExpression } from '../../core/expression.ts';
import type { LabelRef } from '../../model/inventory.ts';
import type { ToolContext } from '../tool.ts';

/** An application by its two labels, as they stand on the PCE. */
export interface Application {
  readonly app: LabelRef;
  readonly env: LabelRef;
}

/**
 * The labels that `app_name` and `env_name` mean: a value, `app=value`, or an href. Exact or a failure with the nearest candidates: a
 * name that is not there must never widen a report to the whole estate.
 */
export async function applicationOf(
  { app_name: app, env_name: env }: { readonly app_name: string; readonly env_name: string },
  context: Pick<ToolContext, 'pce' | 'signal'>,
): Promise<Application> {
  const [appLabel, envLabel] = await Promise.all([namedLabel('app', app, context), namedLabel('env', env, context)]);
  return { app: appLabel, env: envLabel };
}

/** One label of `key`. Throws `label_not_found`, or `invalid_arguments` for an href or expression of another key. */
export async function namedLabel(
  key: string,
  given: string,
  { pce, signal }: Pick<ToolContext, 'pce' | 'signal'>,
): Promise<LabelRef> {
  const name = given.trim();
  if (isHref(name)) {
    const label = (await pce.labels({}, { signal })).items.find(({ href }) => href === name);
    if (label?.key === key) return label;
    throw new Failure(label === undefined ? 'label_not_found' : 'invalid_arguments', {
      message:
        label === undefined ? `There is no label ${name}.` : `${name} is ${label.key}=${label.value}, no ${key}.`,
    });
  }
  return pce.resolve.label(key, name.startsWith(`${key}=`) ? valueIn(name) : name, { signal });
}

function valueIn(expression: string): string {
  const [term, ...others] = parseExpression(expression).terms;
  if (term?.kind === 'label' && !term.negated && term.values.length === 1 && others.length === 0)
    return term.values[0] ?? '';
  throw new Failure('invalid_arguments', { message: `"${expression.slice(0, 80)}" does not name one label.` });
}

export const applicationText = ({ app, env }: Application): string => `${app.value} (${env.value})`;
