import { textOf } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';
import { draftHref, href as parseHref, typeOf } from '../../core/href.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ToolContext } from '../tool.ts';

/** The label group a call means, as its draft is on the PCE now: by href or exact name. */
export async function labelGroupTarget(
  { href, name }: { readonly href?: string | undefined; readonly name?: string | undefined },
  { pce, changes, signal }: Pick<ToolContext, 'pce' | 'changes' | 'signal'>,
): Promise<{ readonly before: JsonObject; readonly name: string; readonly key: string }> {
  if ((href === undefined) === (name === undefined))
    throw new Failure('invalid_arguments', { message: 'Give either href or name.' });
  const target =
    href === undefined
      ? (await pce.resolve.labelGroup(name ?? '', 'draft', { signal })).href
      : draftHref(parseHref(href));
  if (typeOf(target) !== 'label_groups')
    throw new Failure('invalid_href', { message: 'That is not the href of a label group.', data: { href: target } });
  const before = await (await changes()).pce.read(target, signal);
  if (before === null)
    throw new Failure('not_found', { message: 'There is no such label group.', data: { href: target } });
  const found = textOf(before, 'name') ?? target;
  if (before['update_type'] === 'delete')
    throw new Failure('conflict', {
      message: `Label group ${found} is pending deletion.`,
      remedy: 'Revert that deletion first with revert-draft, or provision it.',
      data: { href: target },
    });
  return { before, name: found, key: textOf(before, 'key') ?? '' };
}
