import type { FlowFilter } from '../../model/flows/question.ts';
import type { JudgeAnswer, JudgedEdge } from '../../model/impact/question.ts';
import { rfc3339 } from '../../core/time-window.ts';
import type { Coverage } from '../../answer/answer.ts';
import { EDGE_DIMENSIONS, keyOfEdge, keysOfGroup } from '../segmentation/edge-keys.ts';
import { type About, flowQuery, judgedFlows } from '../segmentation/judged-flows.ts';
import type { ReadPolicy } from '../segmentation/policy-reading.ts';
import type { ToolContext } from '../tool.ts';
import { withFlows } from '../traffic/read-flows.ts';
import { CHANGES } from '../../model/impact/change.ts';

/** What became of an edge that is blocked after a change: it passed before, it was blocked before already, or nobody had seen it. */
export type Since = 'broke' | 'was_blocked' | 'first_seen';

export interface BlockedEdge {
  readonly edge: JudgedEdge;
  readonly since: Since;
  /** True when the engine, asked about the policy in force now, blocks it too. */
  readonly explained: boolean;
}

export interface BlockedSince {
  readonly edges: readonly BlockedEdge[];
  readonly answer: JudgeAnswer;
  readonly coverage: Coverage;
}

const MAX_EDGES = 20_000;
const ALL_GROUPS = 200_000;

/** The edges reported blocked between `fromMs` and `toMs`, beside how they fared in the `baselineMs` before. */
export async function blockedSince(
  policy: ReadPolicy,
  { fromMs, toMs, baselineMs }: { readonly fromMs: number; readonly toMs: number; readonly baselineMs: number },
  about: About,
  context: ToolContext,
): Promise<BlockedSince> {
  const { source } = policy;
  const job = { from: source, to: source, list: CHANGES, limit: MAX_EDGES };
  const after = flowQuery('illumio-mcp verify-change', { start: rfc3339(fromMs), end: rfc3339(toMs) }, about);
  const { answer, coverage } = await judgedFlows(job, { ...after, decisions: ['blocked'] }, context);
  const before = { ...after, start: rfc3339(fromMs - baselineMs), end: rfc3339(fromMs - 1_000) };
  const known = await withFlows(before, context, async ({ table, coverage: read }) => {
    const keysOf = async (filter: Pick<FlowFilter, 'in' | 'notIn'>): Promise<ReadonlySet<string>> => {
      const where = [{ dimension: 'policy' as const, ...filter }];
      const { groups } = await table.ask({ by: EDGE_DIMENSIONS, where, limit: ALL_GROUPS }, context.signal);
      return new Set(groups.flatMap(({ key }) => keysOfGroup(key)));
    };
    const [blocked, passed] = [await keysOf({ in: ['blocked'] }), await keysOf({ notIn: ['blocked'] })];
    return { blocked, passed, truncated: read.truncated };
  });
  return {
    answer,
    coverage: { ...coverage, truncated: coverage.truncated || known.truncated },
    edges: answer.edges.map((edge) => {
      const key = keyOfEdge(edge);
      const since = known.blocked.has(key) ? 'was_blocked' : known.passed.has(key) ? 'broke' : 'first_seen';
      return { edge, since, explained: edge.to.verdict === 'blocked' };
    }),
  };
}
