import type { PlannedRequest } from '../../changes/plan.ts';
import { createStep } from '../../changes/steps.ts';
import { ownRuleSets } from '../../analysis/ringfence/existing.ts';
import { Failure } from '../../core/errors.ts';
import { newRule, type NewRule, ruleStep } from '../policy/new-rule.ts';
import { placeUnchanged, refSource } from '../policy/rule-set.ts';
import { collectionOf } from '../policy/target.ts';
import type { ToolContext } from '../tool.ts';
import type { AppTarget } from './app-target.ts';
import type { Change } from './hypothetical.ts';
import type { ReadPolicy } from './policy-reading.ts';
import type { Placed } from './proposal-rules.ts';

export interface ProposalPlan {
  readonly requests: readonly PlannedRequest[];
  /** The same as changes, to be simulated. */
  readonly changes: readonly Change[];
  readonly widening: readonly string[];
  readonly ruleSet: string;
}

/** The requests that make the planned rules in the ruleset of the application, a new one where it has none. */
export async function proposalPlan(
  rules: readonly Placed[],
  target: AppTarget,
  name: string,
  draft: ReadPolicy,
  context: ToolContext,
): Promise<ProposalPlan> {
  const source = await refSource(context);
  const made: NewRule[] = [];
  for (const { candidate, items } of rules)
    made.push(
      await newRule(
        'allow',
        {
          consumers: [candidate.consumers.join(' ')],
          providers: [candidate.providers.join(' ')],
          ingress_services: items ?? [],
          unscoped_consumers:
            candidate.direction === 'inbound' && candidate.consumers.every((term) => !term.startsWith('iplist:')),
        },
        source,
        context,
      ),
    );
  const widening = made.flatMap((rule) => rule.widening);
  const rulesIn = (href: string): readonly Change[] =>
    made.map(({ body }) => ({ operation: 'create', href: `${href}/sec_rules`, object: JSON.stringify(body) }));
  const [app, env] = target.labels;
  if (app === undefined || env === undefined)
    throw new Failure('invalid_arguments', { message: 'A proposal needs app_name and env_name.' });
  const [own] = ownRuleSets(draft.ruleSets, { app, env }).filter(
    ({ enabled, updateType }) => enabled && updateType !== 'delete',
  );
  if (own !== undefined) {
    const before = await source.pce.read(own.href, context.signal);
    const check = before === null ? undefined : placeUnchanged(before);
    return {
      requests: made.map((rule) => ruleStep(own.href, rule, check)),
      changes: rulesIn(own.href),
      widening,
      ruleSet: own.name,
    };
  }
  const collection = collectionOf(source.pce, 'rule_sets');
  const body = { name, enabled: true, scopes: [target.labels.map((href) => ({ label: { href } }))] };
  const first = createStep({ collection, body, says: `create ruleset ${name}`, unique: { name } });
  return {
    requests: [first, ...made.map((rule) => ruleStep('{1}', rule))],
    changes: [
      { operation: 'create', href: collection, object: JSON.stringify(body) },
      ...rulesIn(`${collection}/new-1`),
    ],
    widening,
    ruleSet: `${name} (new)`,
  };
}
