import type { PolicySource, SourceRule } from '../../model/policy/source.ts';

/** A policy whose allow rules were relaxed in one respect, to see what a rule that nearly matches lacks. */
export interface Relaxation {
  /** Why a rule that allows the flow here does not allow it in truth. */
  readonly why: string;
  readonly policy: PolicySource;
}

const ANY_SERVICE: SourceRule['services'] = [{ kind: 'ports', proto: -1, port: null, toPort: null }];

/** Each relaxation by itself, without denies, because a denied flow is not short of an allow rule. */
export function relaxations(policy: PolicySource): readonly Relaxation[] {
  const allows = policy.ruleSets.map((ruleSet) => ({
    ...ruleSet,
    rules: ruleSet.rules.filter(({ kind }) => kind === 'allow'),
  }));
  const relaxed = (why: string, change: (rule: SourceRule) => SourceRule, enable = false): Relaxation => ({
    why,
    policy: {
      ...policy,
      boundaries: [],
      ruleSets: allows.map((ruleSet) => ({
        ...ruleSet,
        enabled: ruleSet.enabled || enable,
        rules: ruleSet.rules.map(change),
      })),
    },
  });
  return [
    relaxed('disabled', (rule) => ({ ...rule, enabled: true }), true),
    relaxed('other ports or protocol', (rule) => ({ ...rule, services: ANY_SERVICE })),
    relaxed('the source is outside of the scope, and the rule is intra-scope', (rule) => ({
      ...rule,
      unscopedConsumers: true,
    })),
  ];
}
