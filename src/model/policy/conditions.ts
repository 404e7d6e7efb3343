import type { Actor, ScopeEntry } from '../inventory.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What a label expression asks of one key: to have a label of it, in `include` (null: any), not in `exclude`. */
export interface KeyCondition {
  readonly key: number;
  readonly include: ReadonlySet<number> | null;
  readonly exclude: ReadonlySet<number> | null;
}

/** A workload's labels by key number; 0 or absent where it has none. */
export type LabelsByKey = (key: number) => number;

/** One label per key, so the test of a key is membership of that label (objects.md §11.2; exclusions want another label of the key). */
export function holds({ key, include, exclude }: KeyCondition, labels: LabelsByKey): boolean {
  const label = labels(key);
  return label !== 0 && (include === null || include.has(label)) && !exclude?.has(label);
}

export function allHold(conditions: readonly KeyCondition[], labels: LabelsByKey): boolean {
  for (const condition of conditions) if (!holds(condition, labels)) return false;
  return true;
}

function union(a: ReadonlySet<number> | null, b: ReadonlySet<number>): ReadonlySet<number> {
  return a === null ? b : new Set([...a, ...b]);
}

/** A label or label group of a list, as the labels it stands for. */
export interface LabelEntry {
  readonly key: number;
  readonly ids: ReadonlySet<number>;
  readonly exclusion: boolean;
  readonly isGroup: boolean;
  /** The condition it is where nothing else of the list asks for its key. */
  readonly alone: KeyCondition;
}

const conditionOf = ({ key, ids, exclusion }: Omit<LabelEntry, 'alone'>): KeyCondition => ({
  key,
  include: exclusion ? null : ids,
  exclude: exclusion ? ids : null,
});

/**
 * The label and label group entries of a list, each as the labels it stands for. Rules share their entries and conditions: there are
 * few of them, and a hundred thousand of their own would be as many misses of the cache when flows are judged.
 */
export function entryReader(vocabulary: Vocabulary): (list: readonly Actor[]) => readonly LabelEntry[] {
  const known = new Map<string, LabelEntry>();
  const make = ({ kind, href, exclusion }: ScopeEntry): LabelEntry => {
    const isGroup = kind === 'label_group';
    const { id, key } = isGroup ? { id: 0, key: 0 } : vocabulary.label(href);
    const entry = isGroup
      ? { ...vocabulary.group(href), exclusion, isGroup }
      : { key, ids: new Set([id]), exclusion, isGroup };
    return { ...entry, alone: conditionOf(entry) };
  };
  return (list) =>
    list
      .filter((entry): entry is ScopeEntry => entry.kind === 'label' || entry.kind === 'label_group')
      .map((entry) => {
        const name = `${entry.exclusion ? '!' : ''}${entry.href}`;
        const found = known.get(name) ?? make(entry);
        known.set(name, found);
        return found;
      });
}

/** Same key: OR, less the exclusions; different keys: AND. An empty list is no condition; an empty group matches nobody. */
export function conditionsOf(entries: readonly LabelEntry[]): readonly KeyCondition[] {
  const byKey = new Map<number, KeyCondition>();
  for (const { key, ids, exclusion, alone } of entries) {
    const before = byKey.get(key);
    if (before === undefined) byKey.set(key, alone);
    else if (exclusion) byKey.set(key, { ...before, exclude: union(before.exclude, ids) });
    else byKey.set(key, { ...before, include: union(before.include, ids) });
  }
  return [...byKey.values()];
}

/**
 * When two workloads inside one scope are inside the same *expanded* scope: a label group (or an exclusion) in a scope stands for one
 * scope per label, and these do not mix (policy-cases.md; open-exclusion-in-scope-crosses-labels). A label written out mixes with all.
 */
export interface MixingRule {
  readonly key: number;
  readonly named: ReadonlySet<number>;
  readonly groups: readonly ReadonlySet<number>[];
  /** The scope says "all but", a reading the guides do not confirm. */
  readonly byExclusion: boolean;
}

export function mixingRules(entries: readonly LabelEntry[]): readonly MixingRule[] {
  const keys = new Set(entries.filter((entry) => entry.isGroup || entry.exclusion).map((entry) => entry.key));
  return [...keys].flatMap((key) => {
    const included = entries.filter((entry) => entry.key === key && !entry.exclusion);
    const groups = included.filter((entry) => entry.isGroup).map((entry) => entry.ids);
    if (included.length > 0 && groups.length === 0) return [];
    const named = new Set(included.filter((entry) => !entry.isGroup).flatMap((entry) => [...entry.ids]));
    return [{ key, named, groups, byExclusion: included.length === 0 }];
  });
}

export function mixes({ key, named, groups }: MixingRule, a: LabelsByKey, b: LabelsByKey): boolean {
  const one = a(key);
  const other = b(key);
  if (one === other || named.has(one) || named.has(other)) return true;
  // Two groups of one key: the expansion takes one label of each, so labels of different groups do meet.
  return groups.some((group, i) => group.has(one) && groups.some((second, j) => i !== j && second.has(other)));
}
