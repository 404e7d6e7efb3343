import { opens } from '../../analysis/graph/port-risk.ts';
import { ruleReach } from '../../analysis/rules/members.ts';
import type { Href } from '../../core/href.ts';
import { CHANGES } from '../../model/impact/change.ts';
import { policySource } from '../../model/policy/version.ts';
import type { Coverage } from '../../answer/answer.ts';
import type { JudgedEdge } from '../../model/impact/question.ts';
import { flowQuery, judgedFlows, type Window } from '../segmentation/judged-flows.ts';
import type { ReadPolicy } from '../segmentation/policy-reading.ts';
import type { ToolContext } from '../tool.ts';
import { MAX_ROWS } from '../traffic/filters.ts';

export interface MatchedRules {
  readonly edges: readonly JudgedEdge[];
  readonly used: ReadonlySet<Href>;
  /** Allow rules that a flow matched in vain, because an override deny beat them. */
  readonly beaten: ReadonlySet<Href>;
  readonly coverage: Coverage;
}

/**
 * The rules that the flows of a window matched, by the engine. Idle hosts are taken as if they evaluated: what matters is whether the
 * rule would be needed, not whether it is enforced today.
 */
export async function matchedRules(policy: ReadPolicy, window: Window, context: ToolContext): Promise<MatchedRules> {
  const common = {
    ...policy.common,
    workloads: policy.common.workloads.map((workload) =>
      workload.managed && workload.mode === 'idle' ? { ...workload, mode: 'visibility_only' as const } : workload,
    ),
  };
  const source = policySource(policy.objects, common, policy.version);
  const job = { from: source, to: source, list: CHANGES, limit: MAX_ROWS };
  const { answer, coverage } = await judgedFlows(job, flowQuery('illumio-mcp rule usage', window), context);
  const used = new Set(answer.edges.flatMap(({ from }) => from.rules));
  return { edges: answer.edges, used, beaten: beatenRules(policy, answer.edges), coverage };
}

function beatenRules({ source, workloads }: ReadPolicy, edges: readonly JudgedEdge[]): ReadonlySet<Href> {
  const lost = edges.filter(({ from }) => from.class === 'override_deny');
  if (lost.length === 0) return new Set();
  const indexes = new Map(workloads.map(({ href }, index) => [href, index]));
  const indexOf = (href: Href | null): number => (href === null ? -1 : (indexes.get(href) ?? -1));
  return new Set(
    ruleReach(source)
      .filter(({ rule }) => rule.kind === 'allow')
      .filter(({ providers, consumers, services }) =>
        lost.some(
          ({ source: from, destination: to, proto, port }) =>
            consumers.workloads.has(indexOf(from.workload)) &&
            providers.workloads.has(indexOf(to.workload)) &&
            services.some((entry) => opens(entry, { proto: proto ?? -1, port: port ?? -1 })),
        ),
      )
      .map(({ rule }) => rule.href),
  );
}
