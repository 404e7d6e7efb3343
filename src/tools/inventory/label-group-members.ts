import { Failure } from '../../core/errors.ts';
import { parseExpression } from '../../core/expression.ts';
import { draftHref, type Href, href as parseHref } from '../../core/href.ts';
import type { Label, LabelGroup } from '../../model/inventory.ts';
import { createLabelBook } from '../../pce/resolve/label-book.ts';
import { exactlyOne } from '../../pce/resolve/names.ts';
import type { ToolContext } from '../tool.ts';

/** What members are chosen from, as it is now. */
export interface MemberSource {
  readonly labels: readonly Label[];
  readonly groups: readonly LabelGroup[];
}

export async function memberSource({ pce, signal }: Pick<ToolContext, 'pce' | 'signal'>): Promise<MemberSource> {
  const [labels, groups] = await Promise.all([pce.labels({}, { signal }), pce.labelGroups('draft', {}, { signal })]);
  return { labels: labels.items, groups: groups.items };
}

/**
 * The labels that a list names: values of the group's key, `key=value|value`, hrefs. Throws `label_not_found` with candidates, and
 * `invalid_arguments` for a label of another key, which the PCE would refuse (objects.md §5.3).
 */
export function memberLabels(given: readonly string[], key: string, { labels }: MemberSource): readonly Label[] {
  const book = createLabelBook(labels);
  const found = given.flatMap((entry): readonly Label[] => {
    const text = entry.trim();
    if (text.startsWith('/')) {
      const label = book.byHref(parseHref(text));
      if (label === undefined)
        throw new Failure('label_not_found', { message: 'There is no label with that href.', data: { href: text } });
      return [label];
    }
    // A value of the key as it is, whatever signs it holds.
    const value = labels.find((label) => label.key === key && label.value === text);
    if (value !== undefined || !text.includes('=')) return [value ?? book.find(key, text)];
    return parseExpression(text).terms.flatMap((term) => {
      if (term.kind !== 'label' || term.negated)
        throw new Failure('invalid_arguments', {
          message: `${JSON.stringify(text.slice(0, 80))} is no label: a label group holds labels and sub-groups.`,
        });
      return term.values.map((each) => book.find(term.key, each));
    });
  });
  for (const label of found)
    if (label.key !== key)
      throw new Failure('invalid_arguments', {
        message: `${label.key}=${label.value} cannot be a member: the group holds labels of the key ${key} only.`,
      });
  return [...new Map(found.map((label) => [label.href, label])).values()];
}

/** The draft groups that a list names, by exact name, `group:NAME` or href. Throws `invalid_arguments` for one of another key. */
export function memberGroups(given: readonly string[], key: string, { groups }: MemberSource): readonly LabelGroup[] {
  const found = given.map((entry) => {
    const text = entry.trim().replace(/^group:/, '');
    const group = text.startsWith('/')
      ? groups.find(({ href }) => href === draftHref(parseHref(text)))
      : exactlyOne('label group', text, groups, ({ name }) => [name]);
    if (group === undefined)
      throw new Failure('not_found', { message: 'There is no label group with that href.', data: { href: text } });
    if (group.key !== key)
      throw new Failure('invalid_arguments', {
        message: `${group.name} cannot be a sub-group: it holds labels of the key ${group.key}, this one of ${key}.`,
      });
    return group;
  });
  return [...new Map(found.map((group) => [group.href, group])).values()];
}

/** Throws `invalid_arguments` where a group would come to be inside itself: the way there is told. */
export function refuseCycle(
  own: { readonly href: Href; readonly name: string },
  subGroups: readonly LabelGroup[],
  { groups }: MemberSource,
): void {
  const byHref = new Map(groups.map((group) => [group.href, group]));
  const seen = new Set<Href>();
  const open = subGroups.map((group) => ({ group, way: [own.name, group.name] }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { group, way } = next;
    if (group.href === own.href)
      throw new Failure('invalid_arguments', { message: `The group would be inside itself: ${way.join(' → ')}.` });
    if (seen.has(group.href)) continue;
    seen.add(group.href);
    for (const { href } of group.subGroups) {
      const below = byHref.get(draftHref(href));
      if (below !== undefined) open.push({ group: below, way: [...way, below.name] });
    }
  }
}
