import { relaxations } from '../../analysis/policy/relax.ts';
import type { Href } from '../../core/href.ts';
import type { Decision } from '../../model/policy/decision.ts';
import type { ToolContext } from '../tool.ts';
import type { Pair } from './explain-rows.ts';
import type { ReadPolicy } from './policy-reading.ts';

export interface NearMiss {
  readonly rule: Href;
  readonly why: string;
}

const MAX_PER_REASON = 5;

/**
 * Allow rules that would let the flow pass but for one thing: they are disabled, name other ports, or want the source inside their scope.
 * Asked of the engine itself, with that one thing relaxed; only for the end that lets the flow down.
 */
export async function nearMisses(
  { source }: ReadPolicy,
  { question }: Pair,
  { ends, verdict }: Decision,
  { flows, signal }: Pick<ToolContext, 'flows' | 'signal'>,
): Promise<readonly NearMiss[]> {
  const lacking = (['source', 'destination'] as const).filter((end) => {
    const found = ends[end];
    return found !== null && found.verdict === verdict && found.class === 'default';
  });
  if (lacking.length === 0) return [];
  const named = new Set([question.src.workload, question.dst.workload]);
  const small = { ...source, workloads: source.workloads.filter(({ href }) => named.has(href)) };
  const found: NearMiss[] = [];
  for (const { why, policy } of relaxations(small)) {
    const [relaxed] = await flows.decide(policy, [question], signal);
    const rules = lacking.flatMap((end) => {
      const at = relaxed?.ends[end];
      return at?.class === 'allow' ? at.rules : [];
    });
    for (const rule of [...new Set(rules)].slice(0, MAX_PER_REASON)) found.push({ rule, why });
  }
  return found;
}
