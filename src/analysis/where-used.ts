import type { Href } from '../core/href.ts';
import { draftHref } from '../core/href.ts';
import type { Actor, LabelGroup, Rule, RuleSet, ServiceRef } from '../model/inventory.ts';

/** One place that refers to an object. */
export interface Use {
  readonly kind: 'scope' | 'rule' | 'label_group';
  readonly href: Href;
  /** The ruleset or group, by name. */
  readonly name: string;
  /** `provider`, `consumer`, `service`, `scope`, `member`, `sub-group`. */
  readonly as: string;
}

/** Where an object is referred to in these rulesets and label groups. Policy versions do not matter: a draft href finds active uses too. */
export function whereUsed(
  object: Href,
  policy: { readonly ruleSets: readonly RuleSet[]; readonly labelGroups: readonly LabelGroup[] },
): readonly Use[] {
  const wanted = draftHref(object);
  return [...usesInRuleSets(wanted, policy.ruleSets), ...usesInGroups(wanted, policy.labelGroups)];
}

function usesInRuleSets(wanted: Href, ruleSets: readonly RuleSet[]): readonly Use[] {
  return ruleSets.flatMap((ruleSet) => {
    const inScope = ruleSet.scopes.flat().some((entry) => names(entry, wanted));
    const scope: readonly Use[] = inScope
      ? [{ kind: 'scope', href: ruleSet.href, name: ruleSet.name, as: 'scope' }]
      : [];
    return [
      ...scope,
      ...ruleSet.rules.flatMap((rule) =>
        placesInRule(wanted, rule).map((as): Use => ({ kind: 'rule', href: rule.href, name: ruleSet.name, as })),
      ),
    ];
  });
}

/** As what a rule refers to the object: `provider`, `consumer`, `service`, `egress service`, `user group`. */
export function placesInRule(wanted: Href, rule: Rule): readonly string[] {
  const service = (ref: ServiceRef): boolean => ref.kind === 'service' && draftHref(ref.href) === wanted;
  return [
    ...(rule.providers.some((actor) => names(actor, wanted)) ? ['provider'] : []),
    ...(rule.consumers.some((actor) => names(actor, wanted)) ? ['consumer'] : []),
    ...(rule.services.some(service) ? ['service'] : []),
    ...(rule.egressServices.some(service) ? ['egress service'] : []),
    ...(rule.consumingSecurityPrincipals.includes(wanted) ? ['user group'] : []),
  ];
}

const names = (actor: Actor, wanted: Href): boolean => 'href' in actor && draftHref(actor.href) === wanted;

function usesInGroups(wanted: Href, groups: readonly LabelGroup[]): readonly Use[] {
  return groups.flatMap((group) => {
    const use = (as: string): Use => ({ kind: 'label_group', href: group.href, name: group.name, as });
    return [
      ...(group.labels.some((label) => label.href === wanted) ? [use('member')] : []),
      ...(group.subGroups.some((sub) => draftHref(sub.href) === wanted) ? [use('sub-group')] : []),
    ];
  });
}
