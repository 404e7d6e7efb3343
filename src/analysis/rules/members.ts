import { parseAddress } from '../../model/addresses/address.ts';
import { indexSets } from '../../model/addresses/index-of-sets.ts';
import type { AddressSet } from '../../model/addresses/set.ts';
import { type Clause, clausesOf, type CompiledRule } from '../../model/policy/clauses.ts';
import { allHold, type LabelsByKey, mixes } from '../../model/policy/conditions.ts';
import { labelsByKey } from '../../model/policy/selection.ts';
import type { Side, WorkloadTerm } from '../../model/policy/side.ts';
import type { PolicySource } from '../../model/policy/source.ts';
import { MAYBE } from '../../model/services/tri.ts';
import type { ServiceEntry } from '../../model/services/match.ts';

/** Whom one side of a rule selects in this estate. */
export interface Members {
  /** Workloads by label, name or "all": indexes into the source's workloads. */
  readonly workloads: ReadonlySet<number>;
  /** Workloads that are selected only because their address lies in a list. */
  readonly byAddress: ReadonlySet<number>;
  readonly addressSets: readonly AddressSet[];
  /** DNS names, or user groups of hosts, that this cannot resolve. */
  readonly open: boolean;
  readonly negated: boolean;
}

/** A rule in one of its scopes with whom it selects. */
export interface RuleReach {
  readonly rule: CompiledRule;
  readonly providers: Members;
  readonly consumers: Members;
  readonly services: readonly ServiceEntry[];
}

/**
 * Whom a term selects, found under its rarest label: a large estate has tens of thousands of terms and of workloads, and each term names a
 * few of them.
 */
function selectionOf(
  labels: readonly LabelsByKey[],
  workloads: PolicySource['workloads'],
): (term: WorkloadTerm) => readonly number[] {
  const everybody = workloads.map((_, index) => index);
  const carrying = new Map<number, Map<number, readonly number[]>>();
  const byLabel = (key: number): ReadonlyMap<number, readonly number[]> => {
    const known = carrying.get(key) ?? Map.groupBy(everybody, (index) => labels[index]?.(key) ?? 0);
    carrying.set(key, known);
    return known;
  };
  const rarest = (conditions: WorkloadTerm['conditions']): readonly number[] => {
    const lists = conditions.flatMap(({ key, include }) =>
      include === null ? [] : [[...include].map((label) => byLabel(key).get(label) ?? [])],
    );
    const size = (some: readonly (readonly number[])[]): number => some.reduce((sum, { length }) => sum + length, 0);
    const [first, ...others] = lists.toSorted((one, other) => size(one) - size(other))[0] ?? [everybody];
    return others.length === 0 ? (first ?? []) : [first ?? [], ...others].flat();
  };
  return ({ conditions, workloads: named, managedOnly }) =>
    (named === null ? rarest(conditions) : [...named]).filter((index) => {
      const label = labels[index];
      return label !== undefined && (!managedOnly || workloads[index]?.managed === true) && allHold(conditions, label);
    });
}

/**
 * Every enabled rule with its members, by the engine's own reading of actors and scopes. One entry for each scope and kind of provider.
 */
export function ruleReach(source: PolicySource): readonly RuleReach[] {
  const { clauses, rules, registry, vocabulary } = clausesOf(source);
  const labels = source.workloads.map((workload) => labelsByKey(vocabulary, workload.labels));
  const membership = indexSets(registry.addressSets);
  const selection = selectionOf(labels, source.workloads);
  const byAddressSet = new Map<number, number[]>();
  source.workloads.forEach(({ addresses }, index) => {
    const sets = new Set(
      addresses.flatMap((text) => {
        const address = parseAddress(text);
        return address === null ? [] : [...membership(address).sets];
      }),
    );
    for (const set of sets) {
      const known = byAddressSet.get(set) ?? [];
      known.push(index);
      byAddressSet.set(set, known);
    }
  });
  const known = new Map<string, Members>();

  function members(side: Side): Members {
    const key = JSON.stringify(side, (_, value: unknown) => (value instanceof Set ? [...value] : value));
    const found = known.get(key) ?? resolve(side);
    known.set(key, found);
    return found;
  }

  function resolve(side: Side): Members {
    const workloads = new Set(side.terms.flatMap(selection));
    const listed = side.addressSets.flatMap((set) => byAddressSet.get(set) ?? []);
    const byAddress = new Set(listed.filter((index) => !workloads.has(index)));
    return {
      workloads,
      byAddress,
      addressSets: side.addressSets.flatMap((set) => registry.addressSets[set] ?? []),
      open: side.nameLists.length > 0 || side.terms.some(({ certainty }) => certainty === MAYBE),
      negated: side.negated,
    };
  }

  /** A label group in a scope stands for one scope per label, and these do not mix: one part for each kind of provider then. */
  function unmixed(part: RuleReach, mixing: Clause['mixing']): readonly RuleReach[] {
    if (mixing.length === 0) return [part];
    const label = (index: number): LabelsByKey => labels[index] ?? (() => 0);
    const kinds = Map.groupBy(part.providers.workloads, (index) => mixing.map(({ key }) => label(index)(key)).join());
    return [...kinds.values()].map((providers) => {
      const [first = -1] = providers;
      const together = [...part.consumers.workloads].filter((index) =>
        mixing.every((rule) => mixes(rule, label(first), label(index))),
      );
      return {
        ...part,
        providers: { ...part.providers, workloads: new Set(providers) },
        consumers: { ...part.consumers, workloads: new Set(together) },
      };
    });
  }

  return clauses.flatMap(({ rule, provider, consumer, services, mixing }: Clause) => {
    const compiled = rules[rule];
    if (compiled === undefined) return [];
    return unmixed({ rule: compiled, providers: members(provider), consumers: members(consumer), services }, mixing);
  });
}
