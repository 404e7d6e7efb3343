import { digestOf } from '../../changes/digest.ts';
import type { Check } from '../../changes/plan.ts';
import type { RefSource } from '../../changes/refs.ts';
import { hrefOf } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { RuleSet } from '../../model/inventory.ts';
import { readRuleSet } from '../../pce/resources/rule-sets.ts';
import { readRule } from '../../pce/resources/rules.ts';
import type { ToolContext } from '../tool.ts';
import { objectsIn } from './objects-in.ts';
import { policyTarget } from './target.ts';

export const refSource = async ({ pce, changes, signal }: ToolContext): Promise<RefSource> => ({
  view: pce,
  pce: (await changes()).pce,
  signal,
  targets: new Map(),
});

/** A ruleset of the draft as read for a write, less the rules that are pending deletion. */
export interface RuleSetTarget {
  /** As it came. */
  readonly before: JsonObject;
  readonly name: string;
  /** In the model, with all its rules. */
  readonly ruleSet: RuleSet;
  /** As they came: in the ruleset, or on their own where the PCE does not embed them (objects.md §8.2). */
  readonly denyRules: readonly JsonObject[];
}

export async function ruleSetTarget(
  target: { readonly href?: string | undefined; readonly name?: string | undefined },
  context: ToolContext,
): Promise<RuleSetTarget> {
  const { before, name } = await policyTarget('rule_sets', target, context);
  return { before, name, ...(await withItsRules(before, context)) };
}

/** A ruleset in the model with all its rules, and its deny rules as they came. */
export async function withItsRules(
  wire: JsonObject,
  context: ToolContext,
): Promise<Pick<RuleSetTarget, 'ruleSet' | 'denyRules'>> {
  const { pce } = await context.changes();
  const { ruleSet, denyMissing } = readRuleSet(wire, pce.orgId);
  const separate = denyMissing ? await denyRulesOf(ruleSet, context) : [];
  const rules = [...ruleSet.rules, ...separate.map((rule) => readRule(rule, 'deny', pce.orgId))];
  return {
    ruleSet: { ...ruleSet, rules: rules.filter(({ updateType }) => updateType !== 'delete') },
    denyRules: living(denyMissing ? separate : objectsIn(wire['deny_rules'])),
  };
}

/** Rules that are not pending deletion. */
export const living = (rules: readonly JsonObject[]): readonly JsonObject[] =>
  rules.filter((rule) => rule['update_type'] !== 'delete');

async function denyRulesOf({ href }: RuleSet, { changes, signal }: ToolContext): Promise<readonly JsonObject[]> {
  try {
    return await (await changes()).pce.list(`${href}/deny_rules`, {}, signal);
  } catch (error) {
    // A release without deny rules.
    if (error instanceof Failure && error.code === 'pce_not_found') return [];
    throw error;
  }
}

/**
 * What must still hold of the ruleset when a rule goes into it: where the rule applies, and that it does. Other people's rules do
 * not matter, because a rule is added by itself.
 */
export function placeUnchanged(before: JsonObject): Check {
  const fields = ['scopes', 'enabled'];
  return { kind: 'unchanged', href: hrefOf(before), digest: digestOf(before, fields), fields };
}
