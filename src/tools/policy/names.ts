import { printTerm } from '../../core/expression.ts';
import type { Actor, RuleSet, ScopeEntry, ServiceRef } from '../../model/inventory.ts';
import type { PceView, PolicyVersion, ReadOptions } from '../../pce/view.ts';
import { portText } from '../protocols.ts';

/** Policy references as people and label expressions write them; a reference nothing is known of stays its href. */
export interface PolicyNames {
  /** `app=ordering`, `env!=prod`, `group:nonprod`, `iplist:RFC1918`, `workload:web1`, `ams`. */
  readonly actor: (actor: Actor) => string;
  /** The service's name, or `443/tcp`. */
  readonly service: (ref: ServiceRef) => string;
  /** The entries of one scope joined by blanks, which mean AND; `all` for the scope without entries. */
  readonly scope: (entries: readonly ScopeEntry[]) => string;
}

/** Reads the names that the rules of `ruleSets` refer to, in the same policy version; workloads only when a rule names one. */
export async function policyNames(
  pce: PceView,
  version: PolicyVersion,
  ruleSets: readonly RuleSet[],
  options: ReadOptions,
): Promise<PolicyNames> {
  const [labels, groups, ipLists, services, workloads] = await Promise.all([
    pce.labels({}, options),
    pce.labelGroups(version, {}, options),
    pce.ipLists(version, {}, options),
    pce.services(version, {}, options),
    namesWorkload(ruleSets) ? pce.workloads({}, options) : { items: [] },
  ]);
  const names = new Map<string, string>([
    ...groups.items.map(({ href, name }) => [href, printTerm({ kind: 'group', name })] as const),
    ...ipLists.items.map(({ href, name }) => [href, printTerm({ kind: 'iplist', name })] as const),
    ...services.items.map(({ href, name }) => [href, name] as const),
    ...workloads.items.map(
      ({ href, name, hostname }) => [href, printTerm({ kind: 'workload', name: name ?? hostname ?? href })] as const,
    ),
  ]);
  const labelOf = new Map(labels.items.map((label) => [label.href, label]));

  const label = ({ href, exclusion }: Extract<Actor, { kind: 'label' }>): string => {
    const found = labelOf.get(href);
    if (found === undefined) return exclusion ? `not ${href}` : href;
    return printTerm({ kind: 'label', key: found.key, negated: exclusion, values: [found.value] });
  };

  const actor = (given: Actor): string => {
    switch (given.kind) {
      case 'ams':
        return 'ams';
      case 'container_host':
        return 'container_host';
      case 'label_dimension':
        return `every ${given.key}`;
      case 'label':
        return label(given);
      case 'label_group':
        return `${given.exclusion ? 'not ' : ''}${names.get(given.href) ?? given.href}`;
      default:
        return names.get(given.href) ?? given.href;
    }
  };

  return {
    actor,
    service: (ref) =>
      ref.kind === 'service' ? (names.get(ref.href) ?? ref.href) : portText(ref.proto, ref.port, ref.toPort),
    scope: (entries) => (entries.length === 0 ? 'all' : entries.map(actor).join(' ')),
  };
}

const namesWorkload = (ruleSets: readonly RuleSet[]): boolean =>
  ruleSets.some(({ rules }) =>
    rules.some((rule) => [...rule.providers, ...rule.consumers].some(({ kind }) => kind === 'workload')),
  );
