import { type Cadence, cadenceOf, type Occasion, type Stretch, stretches } from '../../analysis/impact/cadence.ts';
import type { EdgeGroup } from '../../analysis/impact/group-edges.ts';
import { rfc3339 } from '../../core/time-window.ts';
import type { Dimension } from '../../model/flows/question.ts';
import type { EdgeEnd } from '../../model/impact/question.ts';
import type { TrafficQuery } from '../../pce/traffic/query.ts';
import type { ToolContext } from '../tool.ts';
import { withFlows } from '../traffic/read-flows.ts';

/** A PCE takes few queries of one key at a time; this leaves room for others. */
const AT_ONCE = 3;
const ALL_GROUPS = 200_000;
const EDGE: readonly Dimension[] = [
  'source_workload',
  'source_ip',
  'destination_workload',
  'destination_ip',
  'proto',
  'port',
];

const edgeKey = (from: string, to: string, proto: string | null, port: string | null): string =>
  `${from} ${to} ${proto ?? ''} ${port ?? ''}`;
const node = ({ workload, ip }: EdgeEnd): string => workload ?? ip ?? '';

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
  for (const group of groups)
    for (const { source, destination, proto, port } of group.edges)
      groupOfEdge.set(edgeKey(node(source), node(destination), text(proto), text(port)), group);
  const occasions = new Map<EdgeGroup, Map<Stretch, Occasion>>(groups.map((group) => [group, new Map()]));
  const next = stretches(startMs, endMs).values();

  const readStretch = async (stretch: Stretch): Promise<void> => {
    const slice = { ...query, start: rfc3339(stretch.startMs), end: rfc3339(stretch.endMs - 1_000) };
    const found = await withFlows(slice, context, ({ table }) =>
      table.ask({ by: EDGE, limit: ALL_GROUPS }, context.signal),
    );
    for (const { key, firstSeen, lastSeen } of found.groups) {
      const [fromWorkload, fromIp, toWorkload, toIp, proto = null, port = null] = key;
      const ends = [fromWorkload ?? fromIp ?? '', toWorkload ?? toIp ?? ''] as const;
      // Flows without ports say port 0 or none (traffic.md §4.1).
      const group = groupOfEdge.get(edgeKey(...ends, proto, port)) ?? groupOfEdge.get(edgeKey(...ends, proto, null));
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

const text = (value: number | null): string | null => (value === null ? null : String(value));
