import type { RingfenceRule } from '../../analysis/ringfence/rules.ts';
import { href as parseHref } from '../../core/href.ts';
import type { EnforcementMode, Rule, RuleSet, Workload } from '../../model/inventory.ts';
import { policySource } from '../../model/policy/version.ts';
import type { TrafficQuery } from '../../pce/traffic/query.ts';
import type { Application } from '../risk/application.ts';
import type { ToolContext } from '../tool.ts';
import type { PlacedRules } from './create-ringfence-steps.ts';
import { policyImpact, type PolicyImpact } from './policy-impact.ts';
import { readPolicy, type ReadPolicy } from './policy-reading.ts';

/** What traffic of the window would be blocked with the ringfence in place and the application in `mode`. */
export const ringfenceImpact = (
  { app, env }: Application,
  placed: readonly PlacedRules[],
  mode: Mode,
  query: TrafficQuery,
  context: ToolContext,
): Promise<PolicyImpact> =>
  plannedImpact(
    ({ labels }) => [app, env].every(({ href }) => labels.some((label) => label.href === href)),
    placed,
    mode,
    query,
    context,
  );

type Mode = Extract<EnforcementMode, 'selective' | 'full'>;

/** The same for any rules that are planned; `owns` says which workloads with an agent would be in `mode`. */
export async function plannedImpact(
  owns: (workload: Workload) => boolean,
  placed: readonly PlacedRules[],
  mode: Mode,
  query: TrafficQuery,
  context: ToolContext,
): Promise<PolicyImpact> {
  const draft = await readPolicy('draft', context);
  const owned = new Set(
    draft.workloads.filter((workload) => workload.managed && owns(workload)).map(({ href }) => href),
  );
  const planned = placed.map(({ place, missing }, index) => plannedRuleSet(place, missing, index));
  const replaced = new Set(planned.map(({ href }) => href));
  const objects = {
    ...draft.objects,
    ruleSets: [...draft.objects.ruleSets.filter(({ href }) => !replaced.has(href)), ...planned],
  };
  const common = {
    ...draft.common,
    workloads: draft.common.workloads.map((workload) => (owned.has(workload.href) ? { ...workload, mode } : workload)),
  };
  const after: ReadPolicy = {
    ...draft,
    objects,
    common,
    ruleSets: objects.ruleSets,
    source: policySource(objects, common, 'draft'),
  };
  const { start, end, ...about } = query;
  return policyImpact(context, draft, after, { start, end }, { about });
}

/** The ruleset as it will stand; hrefs of what is not there yet are made up and never leave the answer. */
function plannedRuleSet(
  { ruleSet, name, scope }: PlacedRules['place'],
  missing: readonly RingfenceRule[],
  index: number,
): RuleSet {
  const made: RuleSet = {
    href: parseHref(`/orgs/0/sec_policy/draft/rule_sets/planned${index}`),
    name,
    description: null,
    enabled: true,
    scopes: [scope.map((href) => ({ kind: 'label', href, exclusion: false }))],
    rules: [],
    updateType: 'create',
    createdAt: null,
    updatedAt: null,
  };
  const base = ruleSet ?? made;
  return { ...base, rules: [...base.rules, ...missing.map((rule, at) => plannedRule(base, rule, at))] };
}

const plannedRule = ({ href }: RuleSet, rule: RingfenceRule, at: number): Rule => ({
  href: parseHref(`${href}/sec_rules/planned${at}`),
  kind: rule.kind,
  enabled: true,
  description: rule.description,
  providers: rule.providers,
  consumers: rule.consumers,
  services: rule.services,
  egressServices: [],
  unscopedConsumers: rule.unscopedConsumers,
  resolveLabelsAs: { providers: ['workloads'], consumers: ['workloads'] },
  consumingSecurityPrincipals: [],
  networkType: 'brn',
  useWorkloadSubnets: [],
  stateless: false,
  allIpsExceptFor: [],
  updateType: 'create',
  createdAt: null,
  updatedAt: null,
});
