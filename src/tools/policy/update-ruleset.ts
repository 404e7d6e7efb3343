import { resolveScopes } from '../../changes/refs-scopes.ts';
import { asReferences, updateStep } from '../../changes/steps.ts';
import { ruleSetWidening } from '../../changes/widening-rules.ts';
import { hrefOf, textOf } from '../../changes/wire.ts';
import type { JsonObject } from '../../core/json.ts';
import { readRuleSet } from '../../pce/resources/rule-sets.ts';
import { carryOut, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, flag, text } from '../fields.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { inWords } from './new-rule.ts';
import { withReadBack } from './outcome.ts';
import { draftWords, withResolved } from './ref-words.ts';
import { refSource, ruleSetTarget } from './rule-set.ts';
import { sameScopes } from './same.ts';
import { scopesField } from './scopes-field.ts';
import { describedBefore, refuseExisting } from './target.ts';

export default defineTool({
  name: 'update-ruleset',
  title: 'Change a ruleset',
  description:
    'Changes name, description, scopes or enabled of a ruleset in the draft; scopes replace what is there. Not for its rules: update-sec-rule.',
  toolset: 'policy',
  effect: 'draft',
  input: {
    type: 'object',
    properties: {
      href: text,
      name: described(text, 'Exact, instead of href'),
      new_name: text,
      description: text,
      enabled: flag,
      scopes: scopesField,
      ...dryRun,
    },
  },
  output: changeOutput({
    href: text,
    name: text,
    description: text,
    enabled: flag,
    scopes: {
      type: 'array',
      items: {
        type: 'array',
        items: { type: 'object', properties: { href: text, key: text, value: text, name: text } },
      },
    },
  }),
  example: { name: 'Ordering', scopes: [['app=ordering', 'env=prod']] },
  columns: changeColumns,
  effectOf: unlessDryRun('draft'),

  async run({ new_name: newName, description, enabled, scopes: given, dry_run: planOnly, ...which }, context) {
    const { before, name, ruleSet } = await ruleSetTarget(which, context);
    const { pce } = await context.changes();
    if (newName !== undefined && newName !== name) await refuseExisting('rule_sets', newName, pce, context.signal);
    const scopes = given === undefined ? undefined : await resolveScopes(given, await refSource(context));
    const changes: JsonObject = {
      ...(newName !== undefined && { name: newName }),
      ...(description !== undefined && { description }),
      ...(enabled !== undefined && { enabled }),
      // The PCE writes "exclusion": false where nothing was said; that is no difference.
      ...(scopes !== undefined && !sameScopes(ruleSet.scopes, scopes.scopes) && { scopes: scopes.wire }),
    };
    const words = withResolved(await draftWords([ruleSet], context), scopes === undefined ? {} : { scopes });
    const says = `change ruleset ${name}`;
    const step = updateStep({
      before,
      changes,
      says,
      restore: (field, old) => (field === 'description' ? describedBefore(old) : asReferences(field, old)),
    });
    const spoken = { scopes: scopes?.words };
    const answer = await carryOut(
      context,
      {
        tool: 'update-ruleset',
        title: says,
        effect: 'draft',
        requests: [
          step && {
            ...step,
            diff: step.diff.map((field) => ({
              ...inWords(field, spoken),
              ...(field.field === 'scopes' && { before: ruleSet.scopes.map(words.scope) }),
            })),
          },
        ],
        widening: ruleSetWidening(
          ruleSet,
          { ...ruleSet, enabled: enabled ?? ruleSet.enabled, scopes: scopes?.scopes ?? ruleSet.scopes },
          words,
        ),
      },
      { dryRun: planOnly, done: `Ruleset ${name} changed in the draft` },
    );
    return withReadBack(answer, hrefOf(before), context, fieldsOf);

    async function fieldsOf(wire: JsonObject): Promise<Readonly<Record<string, unknown>>> {
      const now = readRuleSet(wire, pce.orgId).ruleSet;
      const options = { signal: context.signal };
      const [labels, groups] = await Promise.all([
        context.pce.labels({}, options),
        context.pce.labelGroups('draft', {}, options),
      ]);
      const known = new Map<string, object>([
        ...labels.items.map(({ href, key, value }) => [href, { href, key, value }] as const),
        ...groups.items.map((group) => [group.href, { href: group.href, key: group.key, name: group.name }] as const),
      ]);
      return {
        href: now.href,
        ...present({ name: now.name, description: textOf(wire, 'description') }),
        enabled: now.enabled,
        scopes: now.scopes.map((scope) => scope.map(({ href }) => known.get(href) ?? { href })),
      };
    }
  },
});
