import type { Href } from '../../core/href.ts';
import type { Rule, RuleSet } from '../../model/inventory.ts';
import type { ReadPolicy } from '../segmentation/policy-reading.ts';
import type { ToolContext } from '../tool.ts';
import { ruleReach, type RuleReach } from '../../analysis/rules/members.ts';

export interface ScopedRule {
  readonly ruleSet: RuleSet;
  readonly rule: Rule;
  readonly parts: readonly RuleReach[];
}

/** The enabled rules of enabled rulesets; with `scope`, a label expression, those that select a workload it selects. */
export async function rulesOfScope(
  policy: ReadPolicy,
  scope: string | undefined,
  { pce, signal }: Pick<ToolContext, 'pce' | 'signal'>,
): Promise<readonly ScopedRule[]> {
  const parts = Map.groupBy(ruleReach(policy.source), ({ rule }) => rule.href);
  const wanted = scope === undefined ? null : await scoped(policy, scope, { pce, signal });
  const touches = (some: readonly RuleReach[]): boolean =>
    wanted === null ||
    some.some(({ providers, consumers }) =>
      [...providers.workloads, ...consumers.workloads].some((index) => wanted.has(index)),
    );
  return policy.ruleSets
    .filter(({ enabled }) => enabled)
    .flatMap((ruleSet) =>
      ruleSet.rules
        .filter(({ enabled }) => enabled)
        .map((rule) => ({ ruleSet, rule, parts: parts.get(rule.href) ?? [] })),
    )
    .filter(({ parts: some }) => touches(some));
}

async function scoped(
  { workloads }: ReadPolicy,
  scope: string,
  { pce, signal }: Pick<ToolContext, 'pce' | 'signal'>,
): Promise<ReadonlySet<number>> {
  const filter = await pce.resolve.workloadFilter(scope, { signal });
  const found = new Set<Href>((await pce.workloads(filter, { signal })).items.map(({ href }) => href));
  return new Set(workloads.flatMap(({ href }, index) => (found.has(href) ? [index] : [])));
}
