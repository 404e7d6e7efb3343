import type { RuleSet, ScopeEntry } from '../../model/inventory.ts';
import { badAnswer } from '../http/failures.ts';
import { readActor } from './actors.ts';
import { flag, list, optionalText, record, text } from './fields.ts';
import { readRule } from './rules.ts';
import { versioned } from './versioned.ts';

/** A ruleset with the rules it carries; `denyMissing` where the PCE did not embed deny rules (objects.md §8.2), so that they must be fetched. */
export interface ReadRuleSet {
  readonly ruleSet: RuleSet;
  readonly denyMissing: boolean;
}

/** objects.md §8.2. */
export function readRuleSet(value: unknown, org: string): ReadRuleSet {
  const wire = record(value, 'ruleset', org);
  const denyRules = wire.fields.deny_rules;
  return {
    denyMissing: denyRules === undefined || denyRules === null,
    ruleSet: {
      ...versioned(wire),
      name: text(wire, 'name'),
      description: optionalText(wire, 'description'),
      enabled: flag(wire, 'enabled', true),
      scopes: list(wire, 'scopes').map((alternative) => readScope(alternative, org)),
      rules: [
        ...list(wire, 'rules').map((rule) => readRule(rule, 'allow', org)),
        ...list(wire, 'deny_rules').map((rule) => readRule(rule, 'deny', org)),
      ],
    },
  };
}

function readScope(alternative: unknown, org: string): readonly ScopeEntry[] {
  if (!Array.isArray(alternative)) throw badAnswer('The PCE sent a ruleset whose "scopes" is not a list of lists.');
  return alternative.map((entry) => {
    const actor = readActor(entry, org);
    if (actor.kind === 'label' || actor.kind === 'label_group') return actor;
    throw badAnswer('The PCE sent a ruleset with a scope that is neither label nor label group.', { kind: actor.kind });
  });
}
