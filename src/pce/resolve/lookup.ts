import { Failure } from '../../core/errors.ts';
import type { Href } from '../../core/href.ts';
import type { LabelGroup } from '../../model/inventory.ts';
import type { PceView, PolicyVersion, ReadOptions } from '../view.ts';
import { createLabelBook, type LabelBook } from './label-book.ts';
import { exactlyOne, notFound } from './names.ts';

/** What the resolver reads; all of it cached by the view. */
export type Source = Pick<PceView, 'labels' | 'labelGroups' | 'ipLists' | 'services' | 'ruleSets' | 'workloads'>;

export async function labelBook(source: Source, options: ReadOptions): Promise<LabelBook> {
  return createLabelBook((await source.labels({}, unlimited(options))).items);
}

/** A name must be looked for among all there are, whatever limit the caller has for other things. */
export const unlimited = ({ signal }: ReadOptions): ReadOptions => ({ signal });

/** The object of that name in one version; where it stands only in the other, the failure says so. */
export async function findVersioned<T extends { readonly href: Href; readonly name: string }>(
  what: string,
  name: string,
  version: PolicyVersion,
  list: (version: PolicyVersion) => Promise<{ readonly items: readonly T[] }>,
): Promise<T> {
  const { items } = await list(version);
  try {
    return exactlyOne(what, name, items, (item) => [item.name]);
  } catch (error) {
    const other = version === 'active' ? 'draft' : 'active';
    if (!(error instanceof Failure) || error.code !== 'not_found') throw error;
    if (!(await list(other)).items.some((item) => item.name === name)) throw error;
    throw new Failure('not_found', {
      message: `${error.message} There is one in the ${other} policy only.`,
      remedy: version === 'active' ? 'Provision it first, or use one of the candidates.' : 'Use one of the candidates.',
      data: error.data,
    });
  }
}

/** The labels of a group with those of its sub-groups; each group is visited once, so that a cycle ends. */
export function flattenGroup(group: LabelGroup, groups: readonly LabelGroup[]): readonly Href[] {
  const byHref = new Map(groups.map((other) => [other.href, other]));
  const labels = new Set<Href>();
  const seen = new Set<Href>();
  const open = [group];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next.href)) continue;
    seen.add(next.href);
    for (const label of next.labels) labels.add(label.href);
    for (const { href } of next.subGroups) {
      const sub = byHref.get(href);
      if (sub === undefined) throw notFound('label group', href, []);
      open.push(sub);
    }
  }
  return [...labels];
}

export async function findGroup(
  source: Source,
  name: string,
  version: PolicyVersion,
  options: ReadOptions,
): Promise<{ readonly group: LabelGroup; readonly labels: readonly Href[] }> {
  const group = await findVersioned('label group', name, version, (from) =>
    source.labelGroups(from, {}, unlimited(options)),
  );
  const { items } = await source.labelGroups(version, {}, unlimited(options));
  return { group, labels: flattenGroup(group, items) };
}
