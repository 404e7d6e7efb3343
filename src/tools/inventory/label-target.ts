import type { JsonObject } from '../../core/json.ts';
import { Failure } from '../../core/errors.ts';
import { href as parseHref } from '../../core/href.ts';
import { textOf } from '../../changes/wire.ts';
import type { ToolContext } from '../tool.ts';

/** The label a call means, as it is on the PCE now: by href, or by exact key and value. */
export async function labelTarget(
  {
    href,
    key,
    value,
  }: { readonly href?: string | undefined; readonly key?: string | undefined; readonly value?: string | undefined },
  { pce, changes, signal }: ToolContext,
): Promise<{ readonly before: JsonObject; readonly name: string }> {
  if (href === undefined && (key === undefined || value === undefined))
    throw new Failure('invalid_arguments', { message: 'Give href, or key and value.' });
  const target =
    href === undefined ? (await pce.resolve.label(key ?? '', value ?? '', { signal })).href : parseHref(href);
  const before = await (await changes()).pce.read(target, signal);
  if (before === null || before['deleted'] === true) throw new Failure('label_not_found', { data: { href: target } });
  return { before, name: `${textOf(before, 'key') ?? ''}=${textOf(before, 'value') ?? ''}` };
}
