import { bodyOf } from '../../changes/post-body.ts';
import type { PlannedRequest, WayBack } from '../../changes/plan.ts';
import { deleteStep } from '../../changes/steps.ts';
import { ruleSetWidening } from '../../changes/widening-rules.ts';
import { hrefOf } from '../../changes/wire.ts';
import { isObject, type JsonObject } from '../../core/json.ts';
import { carryOut, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, text } from '../fields.ts';
import { plural } from '../listing.ts';
import { defineTool } from '../tool.ts';
import { objectsIn } from './objects-in.ts';
import { draftWords } from './ref-words.ts';
import { living, ruleSetTarget } from './rule-set.ts';
import { collectionOf } from './target.ts';

export default defineTool({
  name: 'delete-ruleset',
  title: 'Delete a ruleset',
  description:
    'Deletes a ruleset with all its rules in the draft. Not for one rule: delete-sec-rule or delete-deny-rule.',
  toolset: 'policy',
  effect: 'draft',
  input: {
    type: 'object',
    properties: { href: text, name: described(text, 'Exact, instead of href'), ...dryRun },
  },
  output: changeOutput({ href: text }),
  example: { name: 'Ordering' },
  columns: changeColumns,
  effectOf: unlessDryRun('draft'),

  async run({ dry_run: planOnly, ...which }, context) {
    const { before, name, ruleSet, denyRules } = await ruleSetTarget(which, context);
    const { pce } = await context.changes();
    const says = `delete ruleset ${name} with ${plural(ruleSet.rules.length, 'rule')}`;
    const body = {
      ...bodyOf(before, 'rule_sets'),
      rules: living(objectsIn(before['rules'])).map((rule) => bodyOf(rule, 'sec_rules')),
    };
    const step = deleteStep({ before, says, again: { collection: collectionOf(pce, 'rule_sets'), body } });
    return carryOut(
      context,
      {
        tool: 'delete-ruleset',
        title: says,
        effect: 'draft',
        requests: [withoutIptables(withDenyRules(step, denyRules), before)],
        widening: ruleSetWidening(ruleSet, null, await draftWords([ruleSet], context)),
      },
      {
        dryRun: planOnly,
        done: `Ruleset ${name} deleted in the draft with ${plural(ruleSet.rules.length, 'rule')}`,
        extra: { href: hrefOf(before) },
      },
    );
  },
});

/** Deny rules cannot be given with a new ruleset (objects.md §8.2), so the way back that makes it again adds them afterwards. */
function withDenyRules(step: PlannedRequest, denyRules: readonly JsonObject[]): PlannedRequest {
  const { undo } = step;
  if (undo.kind !== 'requests' || denyRules.length === 0) return step;
  const added = <Way extends WayBack>(way: Way): Way => {
    const [first] = way.requests;
    if (first?.method !== 'POST' || !isObject(first.body)) return way;
    const rules = denyRules.map((rule) => ({
      method: 'POST' as const,
      path: '{+1}/deny_rules',
      body: bodyOf(rule, 'deny_rules'),
      says: 'create its deny rule again',
    }));
    return { ...way, requests: [...way.requests, ...rules] };
  };
  return { ...step, undo: { ...added(undo), ...(undo.later && { later: added(undo.later) }) } };
}

/** Custom iptables rules are not made again; whoever undoes must know. */
function withoutIptables(step: PlannedRequest, before: JsonObject): PlannedRequest {
  const { undo } = step;
  if (undo.kind !== 'requests' || objectsIn(before['ip_tables_rules']).length === 0) return step;
  const lessen = <Way extends WayBack>(way: Way): Way =>
    way.requests[0]?.method === 'POST' ? { ...way, loses: [...way.loses, 'iptables rules'] } : way;
  return { ...step, undo: { ...lessen(undo), ...(undo.later && { later: lessen(undo.later) }) } };
}
