import { Failure } from '../../core/errors.ts';
import type { Href } from '../../core/href.ts';
import type { TrafficQuery } from '../../pce/traffic/query.ts';
import type { ToolContext } from '../tool.ts';
import { type DependencyRow, edgeOf, type Edge, judged, type Namer } from './dependency-rows.ts';
import { ALL_GROUPS } from './limits.ts';
import { type Flows, withFlows } from './read-flows.ts';

/** Applications whose own needs are looked at, busiest first; each is one alternative of the query. */
const MOST_PEERS = 25;

export interface NextHop {
  readonly rows: readonly DependencyRow[];
  /** What was read for it; null where there was nothing to read. */
  readonly coverage: Flows['coverage'] | null;
  readonly gaps: readonly string[];
}

interface Options {
  readonly self: string;
  readonly identity: readonly string[];
  readonly namer: Namer;
  /** The window and everything else but the ends. */
  readonly query: TrafficQuery;
}

/**
 * What the applications that this one needs do need in turn, as `onward` rows. Infrastructure is not followed: it is there for all, so
 * its needs are nobody's in particular.
 */
export async function nextHop(
  { table }: Pick<Flows, 'table'>,
  first: readonly DependencyRow[],
  { self, identity, namer, query }: Options,
  context: ToolContext,
): Promise<NextHop> {
  const { signal } = context;
  const wanted = new Set(
    first.filter((row) => row.direction === 'outbound' && row.peer_class === 'application').map(({ to }) => to),
  );
  if (wanted.size === 0) return { rows: [], coverage: null, gaps: [] };
  const { groups } = await table.ask(
    {
      by: ['destination_party', ...identity.map((key) => `destination_${key}` as const)],
      where: [
        { dimension: 'source_party', in: [self] },
        { dimension: 'destination_party', in: [...wanted] },
      ],
      identity,
      limit: ALL_GROUPS,
    },
    signal,
  );
  const known = groups.flatMap(({ key: [party, ...values] }) => {
    const named = values.map((value, at) => [identity[at] ?? '', value] as const);
    return party === null || party === undefined || named[0]?.[1] === null ? [] : [{ party, named }];
  });
  const resolved = await Promise.all(
    known.slice(0, MOST_PEERS).map(async ({ party, named }) => ({ party, labels: await labelsOf(named, context) })),
  );
  const followed = resolved.flatMap(({ party, labels }) => (labels === null ? [] : [{ party, labels }]));
  const left = wanted.size - followed.length;
  const gaps = left > 0 ? [`what ${left} of ${wanted.size} applications it needs do need in turn`] : [];
  if (followed.length === 0) return { rows: [], coverage: null, gaps };

  const onward = {
    ...query,
    sources: { include: followed.map(({ labels }) => labels), exclude: [] },
    destinations: { include: [], exclude: [] },
    sourcesOrDestinations: false,
  };
  const parties = followed.map(({ party }) => party);
  return withFlows(onward, context, async (flows) => {
    const found = await flows.table.ask(
      {
        by: [
          'source_party',
          'source_address_kind',
          'destination_party',
          'destination_address_kind',
          'proto',
          'port',
          'policy',
        ],
        where: [
          { dimension: 'source_party', in: parties },
          { dimension: 'destination_party', notIn: [self] },
        ],
        inside: [
          { by: ['process'], top: 2 },
          { by: ['destination'], top: 2 },
        ],
        identity,
        limit: ALL_GROUPS,
      },
      signal,
    );
    const edges: readonly Edge[] = found.groups
      .map((group) => edgeOf(group, 'onward', namer))
      .filter(({ row }) => row.from !== row.to);
    const rows = judged(edges).toSorted((a, b) => b.connections - a.connections);
    return { rows, coverage: flows.coverage, gaps };
  });
}

/** The labels of an application; null where one of them is gone: without it more would match than was meant. */
async function labelsOf(
  named: readonly (readonly [string, string | null | undefined])[],
  { pce, signal }: Pick<ToolContext, 'pce' | 'signal'>,
): Promise<readonly { readonly label: Href }[] | null> {
  const carried = named.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : []));
  try {
    const labels = await Promise.all(carried.map(([key, value]) => pce.resolve.label(key, value, { signal })));
    return labels.map(({ href }) => ({ label: href }));
  } catch (error) {
    if (error instanceof Failure && error.code === 'label_not_found') return null;
    throw error;
  }
}
