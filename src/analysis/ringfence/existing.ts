import type { Href } from '../../core/href.ts';
import type { Rule, RuleSet } from '../../model/inventory.ts';

interface Own {
  readonly app: Href;
  readonly env: Href;
}

const isOnlyAms = (actors: Rule['providers']): boolean => actors.length === 1 && actors[0]?.kind === 'ams';

/** The rulesets whose one scope is exactly the application and its environment. */
export const ownRuleSets = (ruleSets: readonly RuleSet[], { app, env }: Own): readonly RuleSet[] =>
  ruleSets.filter(({ scopes: [scope = [], ...others] }) => {
    const labels = scope.filter(({ kind, exclusion }) => kind === 'label' && !exclusion).map(({ href }) => href);
    return others.length === 0 && scope.length === 2 && labels.includes(app) && labels.includes(env);
  });

/** Everything inside the scope may talk to everything inside it. */
export const isIntraScopeRule = (rule: Rule): boolean =>
  rule.kind === 'allow' && !rule.unscopedConsumers && isOnlyAms(rule.providers) && isOnlyAms(rule.consumers);

/** A ringfence by what it is, not by its name: an enabled ruleset of exactly this application that allows its inside. */
export const ringfencesOf = (ruleSets: readonly RuleSet[], own: Own): readonly RuleSet[] =>
  ownRuleSets(ruleSets, own).filter(
    ({ enabled, rules }) => enabled && rules.some((rule) => rule.enabled && isIntraScopeRule(rule)),
  );

/** The same for many applications: rulesets are looked through once. */
export function ringfencesByApp(ruleSets: readonly RuleSet[]): (own: Own) => readonly RuleSet[] {
  const key = (labels: readonly Href[]): string => labels.toSorted().join(' ');
  const byScope = Map.groupBy(ruleSets, ({ scopes: [scope = []] }) => key(scope.map(({ href }) => href)));
  return (own) => ringfencesOf(byScope.get(key([own.app, own.env])) ?? [], own);
}
