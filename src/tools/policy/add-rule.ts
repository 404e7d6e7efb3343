import type { Answer } from '../../answer/answer.ts';
import { hrefOf } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';
import type { RuleKind, RuleSet } from '../../model/inventory.ts';
import { type ChangeRow, carryOut } from '../change.ts';
import type { ToolContext } from '../tool.ts';
import { type NewRule, newRule, type RuleArguments, ruleStep } from './new-rule.ts';
import { isApplied, withFields } from './outcome.ts';
import { placeUnchanged, refSource, ruleSetTarget } from './rule-set.ts';

interface AddRule extends RuleArguments {
  readonly ruleset_href?: string | undefined;
  readonly ruleset_name?: string | undefined;
  readonly dry_run?: boolean | undefined;
}

/** Adds one rule to a ruleset through its own sub-resource, so that people who add rules at the same time lose nothing. */
export async function addRule(
  tool: string,
  kind: RuleKind,
  { ruleset_href: href, ruleset_name: name, dry_run: planOnly, ...args }: AddRule,
  context: ToolContext,
): Promise<Answer<ChangeRow>> {
  if (href === undefined && name === undefined)
    throw new Failure('invalid_arguments', { message: 'Give ruleset_href or ruleset_name.' });
  const target = await ruleSetTarget({ href, name }, context);
  const rule = await newRule(kind, args, await refSource(context), context);
  const warnings = [
    ...(await warningsFor(rule, target.ruleSet, context)),
    ...(rule.warning === null ? [] : [rule.warning]),
  ];
  const answer = await carryOut(
    context,
    {
      tool,
      title: `${rule.says} in ruleset ${target.name}`,
      effect: 'draft',
      requests: [ruleStep(hrefOf(target.before), rule, placeUnchanged(target.before))],
      widening: target.ruleSet.enabled ? rule.widening : [],
      warnings,
    },
    { dryRun: planOnly, done: `Created in ruleset ${target.name}: ${rule.says}` },
  );
  return withFields(answer, { rule: { ...rule.row, ...(isApplied(answer) && { href: answer.items[0]?.href }) } });
}

/** Why a rule may not do what it seems to: its ruleset is off, or its sources can never be in the scope (objects.md §11.3). */
export async function warningsFor(
  rule: NewRule,
  { enabled, scopes }: Pick<RuleSet, 'enabled' | 'scopes'>,
  context: ToolContext,
): Promise<readonly string[]> {
  const warnings = enabled ? [] : ['The ruleset is disabled: the rule has no effect until it is enabled.'];
  if (rule.shape.unscopedConsumers || scopes.length === 0) return warnings;
  const labels = await context.pce.labels({}, { signal: context.signal });
  const keys = new Map(labels.items.map(({ href, key }) => [href, key]));
  const outside = scopes.every((scope) =>
    scope.some((entry) => {
      if (entry.kind !== 'label' || entry.exclusion) return false;
      const named = rule.consumers.filter(
        ({ actor, key }) => actor.kind === 'label' && !actor.exclusion && key === keys.get(entry.href),
      );
      return named.length > 0 && named.every(({ actor }) => actor.kind === 'label' && actor.href !== entry.href);
    }),
  );
  return outside
    ? [
        ...warnings,
        'The sources are outside the scope of the ruleset, so the rule matches nothing: set unscoped_consumers.',
      ]
    : warnings;
}
