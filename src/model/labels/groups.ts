import type { Href } from '../../core/href.ts';
import type { LabelGroup } from '../inventory.ts';

type Group = Pick<LabelGroup, 'href' | 'labels' | 'subGroups'>;

/** All labels of a group, those of its sub-groups at any depth included. A group that contains itself ends; an unknown one is empty. */
export function flattenGroups(groups: readonly Group[]): (group: Href) => ReadonlySet<Href> {
  const byHref = new Map(groups.map((group) => [group.href, group]));
  const done = new Map<Href, ReadonlySet<Href>>();
  return (root) => {
    const known = done.get(root);
    if (known !== undefined) return known;
    const labels = new Set<Href>();
    const seen = new Set<Href>([root]);
    const open = [root];
    for (let href = open.pop(); href !== undefined; href = open.pop()) {
      const group = byHref.get(href);
      for (const label of group?.labels ?? []) labels.add(label.href);
      for (const sub of group?.subGroups ?? []) {
        if (!seen.has(sub.href)) open.push(sub.href);
        seen.add(sub.href);
      }
    }
    done.set(root, labels);
    return labels;
  };
}
