import { mergedWays, type Way } from '../../analysis/blast.ts';
import type { HostGroup } from '../../analysis/graph/groups.ts';
import { levelOf, type Port } from '../../analysis/graph/port-risk.ts';
import type { Href } from '../../core/href.ts';
import type { Workload } from '../../model/inventory.ts';
import type { RemoteFlowTable } from '../../work/flows.ts';
import { MAX_ROWS } from '../traffic/filters.ts';
import type { PermittedGraph } from './permitted-reach.ts';

const TCP = 6;
const UDP = 17;

/** Ways between groups that traffic took, blocked flows aside; over `only` these ports where given. */
export async function observedWays(
  table: RemoteFlowTable,
  { groups, policy }: PermittedGraph,
  only: readonly Port[] | null,
  signal: AbortSignal,
): Promise<readonly Way[]> {
  const groupOf = groupsByHref(groups, policy.workloads);
  const { groups: rows } = await table.ask(
    {
      by: ['source_workload', 'destination_workload', 'port', 'proto'],
      where: [
        { dimension: 'policy', notIn: ['blocked'] },
        { dimension: 'source_workload', notIn: [null] },
        { dimension: 'destination_workload', notIn: [null] },
      ],
      limit: MAX_ROWS,
    },
    signal,
  );
  const ways = rows.flatMap(
    ({ key: [source = null, destination = null, portText = null, protoText = null] }): readonly Way[] => {
      const [from, to] = [groupOf.get(source ?? ''), groupOf.get(destination ?? '')];
      const port = { port: Number(portText ?? -1), proto: Number(protoText ?? -1) };
      if (from === undefined || to === undefined || from === to || port.port < 0) return [];
      if (port.proto !== TCP && port.proto !== UDP) return [];
      if (only !== null && !only.some((one) => one.port === port.port && one.proto === port.proto)) return [];
      return [{ from, to, level: levelOf(port), port, rule: null, observed: true }];
    },
  );
  return mergedWays(ways);
}

export function groupsByHref(
  groups: readonly HostGroup[],
  workloads: readonly Workload[],
): ReadonlyMap<string, number> {
  return new Map(
    groups.flatMap(({ index, members }) =>
      members.flatMap((member): readonly [string, number][] => {
        const href: Href | undefined = workloads[member]?.href;
        return href === undefined ? [] : [[href, index]];
      }),
    ),
  );
}

export const permittedWays = ({ edges }: PermittedGraph): readonly Way[] =>
  edges.map(({ from, to, level, port, rule }) => ({ from, to, level, port, rule, observed: false }));

/** Every way that nothing blocks today: rules or not, where neither end enforces it. */
export function unblockedReach(
  groups: readonly HostGroup[],
  ways: readonly Way[],
  starts: readonly number[],
  maxHops: number,
): number {
  const open = groups
    .filter(({ mode, managed }) => !managed || mode === 'idle' || mode === 'visibility_only')
    .map(({ index }) => index);
  const outOf = Map.groupBy(ways, ({ from }) => from);
  const reached = new Set(starts);
  let edge = new Set(starts);
  for (let hop = 0; hop < maxHops && edge.size > 0; hop += 1) {
    const next = new Set<number>();
    for (const from of edge) {
      for (const { to } of outOf.get(from) ?? []) next.add(to);
      if (groups[from]?.mode !== 'full') for (const to of open) next.add(to);
    }
    edge = new Set([...next].filter((group) => !reached.has(group)));
    for (const group of edge) reached.add(group);
  }
  return reached.size - starts.length;
}
