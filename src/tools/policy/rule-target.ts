import { hrefOf } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';
import { draftHref, type Href, href as parseHref } from '../../core/href.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Rule, RuleSet } from '../../model/inventory.ts';
import { readRule } from '../../pce/resources/rules.ts';
import type { ToolContext } from '../tool.ts';
import { withItsRules } from './rule-set.ts';

export type RuleFamily = 'sec_rules' | 'deny_rules';

export interface RuleTarget {
  readonly before: JsonObject;
  readonly rule: Rule;
  readonly ruleSet: RuleSet;
  /** `{ruleset}/sec_rules`. */
  readonly collection: string;
}

/** The rule of an href, as it is in the draft now. Throws `not_found`, and `nothing_to_change` for one that is pending deletion. */
export async function ruleTarget(given: string, family: RuleFamily, context: ToolContext): Promise<RuleTarget> {
  const href = draftHref(parseHref(given));
  const ruleSetHref = ruleSetOf(href, family);
  const { pce } = await context.changes();
  const [before, parent] = await Promise.all([pce.read(href, context.signal), pce.read(ruleSetHref, context.signal)]);
  if (before === null || parent === null)
    throw new Failure('not_found', {
      message: `There is no rule ${href} in the draft.`,
      remedy: 'Take the href from get-rulesets or find-rules.',
    });
  if (before['update_type'] === 'delete' || parent['update_type'] === 'delete')
    throw new Failure('nothing_to_change', {
      message: 'The rule is pending deletion.',
      remedy: 'Revert the deletion first (revert-draft), or provision it.',
      data: { href: hrefOf(before) },
    });
  const rule = readRule(before, family === 'sec_rules' ? 'allow' : 'deny', pce.orgId);
  const { ruleSet } = await withItsRules(parent, context);
  return { before, rule, ruleSet, collection: `${ruleSetHref}/${family}` };
}

const OTHER = { sec_rules: 'an allow rule', deny_rules: 'a deny rule' } as const;

function ruleSetOf(href: Href, family: RuleFamily): Href {
  const found = new RegExp(`^(/orgs/[0-9]+/sec_policy/draft/rule_sets/[^/]+)/${family}/[^/]+$`).exec(href)?.[1];
  if (found === undefined)
    throw new Failure('invalid_arguments', {
      message: `${href.slice(0, 120)} is not the href of ${OTHER[family]}.`,
      remedy:
        'Take the href from get-rulesets or find-rules; allow rules have /sec_rules/ in it, deny rules /deny_rules/.',
    });
  return found as Href; // a prefix of a checked href
}
