import { type Cadence, cadenceOf, type Occasion, type Stretch, stretches } from '../../analysis/impact/cadence.ts';
import type { EdgeGroup } from '../../analysis/impact/group-edges.ts';
import { rfc3339 } from '../../core/time-window.ts';
import type { TrafficQuery } from '../../pce/traffic/query.ts';
import type { ToolContext } from '../tool.ts';
import { withFlows } from '../traffic/read-flows.ts';
import { EDGE_DIMENSIONS, keyOfEdge, keysOfGroup } from './edge-keys.ts';

/** A PCE takes few queries of one key at a time; this leaves room for others. */
const AT_ONCE = 3;
const ALL_GROUPS = 200_000;
/**
 * How often each group of edges was seen in the history before `endMs`: some queries for stretches of it, because one query adds up its
 * whole window.
 */
export async function readCadences(
  groups: readonly EdgeGroup[],
  query: TrafficQuery,
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
  context: ToolContext,
): Promise<ReadonlyMap<EdgeGroup, Cadence>> {
  const groupOfEdge = new Map<string, EdgeGroup>();
  for (const group of groups) for (const edge of group.edges) groupOfEdge.set(keyOfEdge(edge), group);
  const occasions = new Map<EdgeGroup, Map<Stretch, Occasion>>(groups.map((group) => [group, new Map()]));
  const next = stretches(startMs, endMs).values();

  const readStretch = async (stretch: Stretch): Promise<void> => {
    const slice = { ...query, start: rfc3339(stretch.startMs), end: rfc3339(stretch.endMs - 1_000) };
    const found = await withFlows(slice, context, ({ table }) =>
      table.ask({ by: EDGE_DIMENSIONS, limit: ALL_GROUPS }, context.signal),
    );
    for (const { key, firstSeen, lastSeen } of found.groups) {
      const group = keysOfGroup(key).flatMap((one) => groupOfEdge.get(one) ?? [])[0];
      if (group === undefined || firstSeen === null || lastSeen === null) continue;
      const seen = occasions.get(group);
      const known = seen?.get(stretch);
      const firstMs = Math.min(known?.firstMs ?? Number.POSITIVE_INFINITY, Date.parse(firstSeen));
      const lastMs = Math.max(known?.lastMs ?? 0, Date.parse(lastSeen));
      seen?.set(stretch, { stretch, firstMs, lastMs });
    }
  };
  const worker = async (): Promise<void> => {
    for (const stretch of next) await readStretch(stretch);
  };
  context.progress('Looking how often the flows recur');
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return new Map([...occasions].map(([group, seen]) => [group, cadenceOf([...seen.values()])]));
}
