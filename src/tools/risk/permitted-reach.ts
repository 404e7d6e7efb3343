import { type HostGroup, hostGroups } from '../../analysis/graph/groups.ts';
import { candidates, type PermittedEdge, permittedEdges } from '../../analysis/graph/permitted.ts';
import type { Port } from '../../analysis/graph/port-risk.ts';
import { ruleReach } from '../../analysis/rules/members.ts';
import { plural } from '../listing.ts';
import { type ReadPolicy, readPolicy } from '../segmentation/policy-reading.ts';
import type { ToolContext } from '../tool.ts';

/** What the active rules let groups of hosts reach of each other. */
export interface PermittedGraph {
  readonly groups: readonly HostGroup[];
  readonly edges: readonly PermittedEdge[];
  readonly policy: ReadPolicy;
  readonly gaps: readonly string[];
}

/** Reads the active policy and asks it about every way that an allow rule opens between two groups. With `only`, over these ports. */
export async function permittedGraph(
  context: ToolContext,
  only: readonly Port[] | null = null,
): Promise<PermittedGraph> {
  const policy = await readPolicy('active', context);
  const groups = hostGroups(policy.workloads);
  const { list, left } = candidates(ruleReach(policy.source), groups, policy.workloads, { only });
  context.progress('Asking the policy which ways are open', list.length);
  const decisions = await context.flows.decide(
    policy.source,
    list.map(({ question }) => question),
    context.signal,
  );
  return {
    groups,
    edges: permittedEdges(list, decisions),
    policy,
    gaps: [
      ...policy.gaps,
      'a permitted way between two groups is one between two of their hosts',
      ...(left === 0
        ? []
        : [`${plural(left, 'rule')} whose ways are beyond the limit of those that are judged; the easiest are`]),
    ],
  };
}
