import { nameOf } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';
import { href as parseHref, typeOf } from '../../core/href.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ToolContext } from '../tool.ts';

/** The workload a call means, as it is on the PCE now: by href, or by exactly its name or host name. */
export async function workloadTarget(
  { href, name }: { readonly href?: string | undefined; readonly name?: string | undefined },
  { pce, changes, signal }: Pick<ToolContext, 'pce' | 'changes' | 'signal'>,
): Promise<{ readonly before: JsonObject; readonly name: string }> {
  if ((href === undefined) === (name === undefined))
    throw new Failure('invalid_arguments', { message: 'Give either href or name.' });
  const target = href === undefined ? (await pce.resolve.workload(name ?? '', { signal })).href : parseHref(href);
  if (typeOf(target) !== 'workloads')
    throw new Failure('invalid_href', { message: 'That is not the href of a workload.', data: { href: target } });
  const before = await (await changes()).pce.read(target, signal);
  if (before === null || before['deleted'] === true)
    throw new Failure('not_found', { message: 'There is no such workload.', data: { href: target } });
  return { before, name: nameOf(before) };
}
