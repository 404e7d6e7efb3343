import type { Href } from '../../core/href.ts';
import { flattenGroups } from '../labels/groups.ts';
import type { PolicySource } from './source.ts';

/** Labels and keys as small numbers. Label 0 is "no label of that key". */
export interface Vocabulary {
  readonly keyCount: () => number;
  readonly key: (name: string) => number;
  readonly label: (href: Href) => { readonly id: number; readonly key: number };
  /** Every label of a key. */
  readonly labelsOfKey: (key: number) => ReadonlySet<number>;
  /** The label ids of a label group, flattened, and its key. */
  readonly group: (href: Href) => { readonly ids: ReadonlySet<number>; readonly key: number };
}

/**
 * Numbers the labels of a policy. A label or group that is referred to but not there gets a key of its own, so that it narrows what it
 * stands beside and matches nobody: a rule with a lost reference must never open more than it did.
 */
export function vocabularyOf({ labels, labelGroups }: Pick<PolicySource, 'labels' | 'labelGroups'>): Vocabulary {
  const keys = new Map<string, number>();
  const key = (name: string): number => {
    const known = keys.get(name) ?? keys.size;
    keys.set(name, known);
    return known;
  };
  const ids = new Map<Href, { id: number; key: number }>();
  const label = (href: Href, keyName: string = href) => {
    const known = ids.get(href) ?? { id: ids.size + 1, key: key(keyName) };
    ids.set(href, known);
    return known;
  };
  for (const { href, key: name } of labels) label(href, name);
  for (const group of labelGroups) for (const member of group.labels) label(member.href, member.key);
  const groupKeys = new Map(labelGroups.map((group) => [group.href, group.key]));
  const flatten = flattenGroups(labelGroups);
  const groups = new Map<Href, { ids: ReadonlySet<number>; key: number }>();
  const group = (href: Href) => {
    const known = groups.get(href) ?? {
      ids: new Set([...flatten(href)].map((member) => label(member).id)),
      key: key(groupKeys.get(href) ?? href),
    };
    groups.set(href, known);
    return known;
  };
  const labelsOfKey = (wanted: number) =>
    new Set([...ids.values()].filter((known) => known.key === wanted).map((known) => known.id));
  return { keyCount: () => keys.size, key, label: (href) => label(href), labelsOfKey, group };
}
