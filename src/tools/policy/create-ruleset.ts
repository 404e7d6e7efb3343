import type { PlannedRequest } from '../../changes/plan.ts';
import { createStep } from '../../changes/steps.ts';
import { resolveScopes } from '../../changes/refs-scopes.ts';
import { ruleSetWidening } from '../../changes/widening-rules.ts';
import { carryOut, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, oneOf, text } from '../fields.ts';
import { plural } from '../listing.ts';
import { defineTool } from '../tool.ts';
import { warningsFor } from './add-rule.ts';
import { inWords, newRule, type NewRule, ruleStep } from './new-rule.ts';
import { isApplied, withFields } from './outcome.ts';
import { withResolved } from './ref-words.ts';
import { egressServices, ruleFields, ruleOutput } from './rule-fields.ts';
import { refSource } from './rule-set.ts';
import { scopesField } from './scopes-field.ts';
import { collectionOf, refuseExisting } from './target.ts';

export default defineTool({
  name: 'create-ruleset',
  title: 'Create a ruleset with its rules',
  description:
    'Creates a ruleset with allow, deny and override-deny rules in the draft, all or nothing. Not for one more rule: create-rule, create-deny-rule.',
  toolset: 'policy',
  effect: 'draft',
  input: {
    type: 'object',
    properties: {
      name: text,
      description: text,
      scopes: scopesField,
      rules: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            ...ruleFields,
            egress_services: egressServices,
            rule_type: described(oneOf('allow', 'deny', 'override_deny'), 'Default allow'),
          },
          required: ['providers', 'consumers', 'ingress_services'],
        },
      },
      ...dryRun,
    },
    required: ['name', 'scopes'],
  },
  output: changeOutput({
    ruleset: {
      type: 'object',
      properties: { href: text, name: text, description: text, rules: { type: 'array', items: ruleOutput } },
    },
  }),
  example: {
    name: 'Ordering | prod',
    scopes: [['app=ordering', 'env=prod']],
    rules: [{ consumers: ['role=web'], providers: ['role=db'], ingress_services: [{ port: 5432, proto: 'tcp' }] }],
  },
  columns: changeColumns,
  effectOf: unlessDryRun('draft'),

  async run({ name, description, scopes: given, rules: wanted = [], dry_run: planOnly }, context) {
    const { pce } = await context.changes();
    await refuseExisting('rule_sets', name, pce, context.signal);
    const source = await refSource(context);
    const scopes = await resolveScopes(given, source);
    const rules: NewRule[] = [];
    for (const { rule_type: kind = 'allow', ...rule } of wanted) rules.push(await newRule(kind, rule, source, context));

    const ruleSet = { enabled: true, scopes: scopes.scopes, rules: rules.map(({ shape }) => shape) };
    const says = `create ruleset ${name} for ${scopes.words.join(' or ')}`;
    const body = { name, ...(description !== undefined && { description }), scopes: scopes.wire };
    const first = createStep({ collection: collectionOf(pce, 'rule_sets'), body, says, unique: { name } });
    const warnings = await Promise.all(rules.map((rule) => warningsFor(rule, ruleSet, context)));
    const answer = await carryOut(
      context,
      {
        tool: 'create-ruleset',
        title: `${says} with ${plural(rules.length, 'rule')}`,
        effect: 'draft',
        requests: [
          { ...first, diff: first.diff.map((field) => inWords(field, { scopes: scopes.words })) },
          ...rules.map((rule) => goesWithItsRuleSet(ruleStep('{1}', rule))),
        ],
        widening: ruleSetWidening(
          null,
          ruleSet,
          withResolved(null, {
            scopes,
            actors: rules.flatMap(({ refs }) => refs.actors),
            services: rules.flatMap(({ refs }) => refs.services),
          }),
        ),
        warnings: [...new Set([...warnings.flat(), ...rules.flatMap(({ warning }) => warning ?? [])])],
      },
      { dryRun: planOnly, done: `Ruleset ${name} created in the draft with ${plural(rules.length, 'rule')}` },
    );
    const made = (index: number) => (isApplied(answer) ? { href: answer.items[index]?.href } : {});
    return withFields(answer, {
      ruleset: {
        ...made(0),
        name,
        ...(description !== undefined && { description }),
        rules: rules.map(({ row }, index) => ({ ...made(index + 1), ...row })),
      },
    });
  },
});

/**
 * Once all of it stands, its undo deletes the ruleset as a whole, and only if nobody changed anything in it: deleting the rules
 * one by one before would make the ruleset look changed by us, and somebody else's rule would go with it.
 */
const goesWithItsRuleSet = (step: PlannedRequest): PlannedRequest =>
  step.undo.kind === 'requests' ? { ...step, undo: { ...step.undo, unfinishedOnly: true } } : step;
