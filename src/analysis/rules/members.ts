import { parseAddress } from '../../model/addresses/address.ts';
import { indexSets } from '../../model/addresses/index-of-sets.ts';
import type { AddressSet } from '../../model/addresses/set.ts';
import { type Clause, clausesOf, type CompiledRule } from '../../model/policy/clauses.ts';
import { allHold, type LabelsByKey, mixes } from '../../model/policy/conditions.ts';
import { labelsByKey } from '../../model/policy/selection.ts';
import type { Side } from '../../model/policy/side.ts';
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
 * Every enabled rule with its members, by the engine's own reading of actors and scopes. One entry for each scope and kind of provider.
 */
export function ruleReach(source: PolicySource): readonly RuleReach[] {
  const { clauses, rules, registry, vocabulary } = clausesOf(source);
  const labels = source.workloads.map((workload) => labelsByKey(vocabulary, workload.labels));
  const membership = indexSets(registry.addressSets);
  const sets = source.workloads.map(
    ({ addresses }) =>
      new Set(
        addresses.flatMap((text) => {
          const address = parseAddress(text);
          return address === null ? [] : [...membership(address).sets];
        }),
      ),
  );
  const known = new Map<string, Members>();

  function members(side: Side): Members {
    const key = JSON.stringify(side, (_, value: unknown) => (value instanceof Set ? [...value] : value));
    const found = known.get(key) ?? resolve(side);
    known.set(key, found);
    return found;
  }

  function resolve(side: Side): Members {
    const workloads = new Set<number>();
    const byAddress = new Set<number>();
    source.workloads.forEach((workload, index) => {
      const label = labels[index];
      const selected = side.terms.some(
        (term) =>
          (term.workloads === null || term.workloads.has(index)) &&
          (!term.managedOnly || workload.managed) &&
          label !== undefined &&
          allHold(term.conditions, label),
      );
      if (selected) workloads.add(index);
      else if (side.addressSets.some((set) => sets[index]?.has(set) === true)) byAddress.add(index);
    });
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
