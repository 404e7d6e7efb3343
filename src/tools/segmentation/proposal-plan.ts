import type { Application } from '../../analysis/policy/proposal.ts';
import { ownRuleSets } from '../../analysis/ringfence/existing.ts';
import type { PlannedRequest } from '../../changes/plan.ts';
import type { RefSource } from '../../changes/refs.ts';
import { createStep } from '../../changes/steps.ts';
import { newRule, type NewRule, ruleStep } from '../policy/new-rule.ts';
import { placeUnchanged, refSource } from '../policy/rule-set.ts';
import { collectionOf } from '../policy/target.ts';
import type { ToolContext } from '../tool.ts';
import { labelTerm } from '../label-argument.ts';
import { appTarget } from './app-target.ts';
import type { Change } from './hypothetical.ts';
import type { ReadPolicy } from './policy-reading.ts';
import { type Placed, remoteOf } from './proposal-rules.ts';

export interface ProposalPlan {
  readonly requests: readonly PlannedRequest[];
  /** The same as changes, to be simulated. */
  readonly changes: readonly Change[];
  readonly widening: readonly string[];
  /** Where the rules go, new ones marked. */
  readonly ruleSets: readonly string[];
}

const NOTHING: ProposalPlan = { requests: [], changes: [], widening: [], ruleSets: [] };

/**
 * The requests that make the planned rules, each in the ruleset of the application it lets somebody into: that of `own`, or of the
 * destination where it is another one. An application without a ruleset gets one.
 */
export async function proposalPlan(
  rules: readonly Placed[],
  own: Application,
  draft: ReadPolicy,
  context: ToolContext,
): Promise<ProposalPlan> {
  const source = await refSource(context);
  const homeOf = ({ candidate }: Placed): Application =>
    (candidate.direction === 'remote' ? remoteOf(candidate) : null) ?? own;
  const homes = Map.groupBy(rules, (rule) => JSON.stringify([homeOf(rule).app, homeOf(rule).env]));
  let plan = NOTHING;
  for (const inside of homes.values()) {
    const [first] = inside;
    if (first === undefined) continue;
    const made: NewRule[] = [];
    for (const one of inside) made.push(await ruleOf(one, own, source, context));
    plan = await withHome(plan, homeOf(first), made, { draft, source, context });
  }
  return plan;
}

/** The rule as its ruleset takes it: sides inside of the scope by role, others in full. */
function ruleOf(
  { candidate, items }: Placed,
  { app, env }: Application,
  source: RefSource,
  context: ToolContext,
): Promise<NewRule> {
  const isRemote = candidate.direction === 'remote';
  const byRole = (terms: readonly string[]): readonly string[] => terms.filter((term) => term.startsWith('role='));
  const ownTerms = [labelTerm('app', app), labelTerm('env', env), ...byRole(candidate.consumers)];
  const theirRoles = byRole(candidate.providers);
  const sides = isRemote
    ? { consumers: ownTerms, providers: theirRoles.length > 0 ? theirRoles : ['ams'] }
    : { consumers: candidate.consumers, providers: candidate.providers };
  const fromElsewhere = isRemote || candidate.direction === 'inbound';
  return newRule(
    'allow',
    {
      consumers: [sides.consumers.join(' ')],
      providers: [sides.providers.join(' ')],
      ingress_services: items ?? [],
      unscoped_consumers: fromElsewhere && sides.consumers.every((term) => !term.startsWith('iplist:')),
    },
    source,
    context,
  );
}

interface Surroundings {
  readonly draft: ReadPolicy;
  readonly source: RefSource;
  readonly context: ToolContext;
}

/** The plan with these rules too, in the ruleset of `home`. */
async function withHome(
  plan: ProposalPlan,
  home: Application,
  made: readonly NewRule[],
  { draft, source, context }: Surroundings,
): Promise<ProposalPlan> {
  const { labels } = await appTarget({ app_name: home.app, env_name: home.env }, context);
  const [app, env] = labels;
  const [there] =
    app === undefined || env === undefined
      ? []
      : ownRuleSets(draft.ruleSets, { app, env }).filter(
          ({ enabled, updateType }) => enabled && updateType !== 'delete',
        );
  const rulesIn = (href: string): readonly Change[] =>
    made.map(({ body }) => ({ operation: 'create', href: `${href}/sec_rules`, object: JSON.stringify(body) }));
  const widening = [...plan.widening, ...made.flatMap((rule) => rule.widening)];
  if (there !== undefined) {
    const before = await source.pce.read(there.href, context.signal);
    const check = before === null ? undefined : placeUnchanged(before);
    return {
      requests: [...plan.requests, ...made.map((rule) => ruleStep(there.href, rule, check))],
      changes: [...plan.changes, ...rulesIn(there.href)],
      widening,
      ruleSets: [...plan.ruleSets, there.name],
    };
  }
  const name = `${home.app} | ${home.env}`;
  const collection = collectionOf(source.pce, 'rule_sets');
  const body = { name, enabled: true, scopes: [labels.map((href) => ({ label: { href } }))] };
  const first = createStep({ collection, body, says: `create ruleset ${name}`, unique: { name } });
  const [request, change] = [plan.requests.length + 1, plan.changes.length + 1];
  return {
    requests: [...plan.requests, first, ...made.map((rule) => ruleStep(`{${request}}`, rule))],
    changes: [
      ...plan.changes,
      { operation: 'create', href: collection, object: JSON.stringify(body) },
      ...rulesIn(`${collection}/new-${change}`),
    ],
    widening,
    ruleSets: [...plan.ruleSets, `${name} (new)`],
  };
}
