import { conditionsOf, type KeyCondition, type LabelEntry, type MixingRule, mixingRules } from './conditions.ts';

/** One scope of a ruleset as conditions on a workload, and what two workloads need to be in it together. */
export interface Scope {
  readonly conditions: readonly KeyCondition[];
  readonly mixing: readonly MixingRule[];
}

/** The scope, or null when a group in it is empty: it then expands into no scope at all. */
export function scopeOf(entries: readonly LabelEntry[]): Scope | null {
  if (entries.some((entry) => entry.isGroup && !entry.exclusion && entry.ids.size === 0)) return null;
  return { conditions: conditionsOf(entries), mixing: mixingRules(entries) };
}

/**
 * The scopes that `scope` expands into, one per combination of group members (policy-cases.md). Costs their product; only for rules whose
 * meaning depends on who else is in the scope. `labelsOfKey` gives all labels of a key.
 */
export function expanded(
  { conditions, mixing }: Scope,
  labelsOfKey: (key: number) => ReadonlySet<number>,
): readonly Scope[] {
  let scopes: readonly Scope[] = [{ conditions, mixing: [] }];
  for (const { key, named, groups } of mixing) {
    const choices: readonly ReadonlySet<number>[] = groups.length === 0 ? [labelsOfKey(key)] : groups;
    const picks = combinations(choices).map((labels) => new Set([...labels, ...named]));
    scopes = scopes.flatMap((scope) =>
      picks.map((include) => ({ conditions: [...scope.conditions, { key, include, exclude: null }], mixing: [] })),
    );
  }
  return scopes;
}

const combinations = (sets: readonly ReadonlySet<number>[]): readonly (readonly number[])[] =>
  sets.reduce<readonly (readonly number[])[]>(
    (partial, set) => partial.flatMap((labels) => [...set].map((label) => [...labels, label])),
    [[]],
  );
