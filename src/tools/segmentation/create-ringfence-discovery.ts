import { type Discovery, discover, DISCOVERY_DIMENSIONS } from '../../analysis/ringfence/discovery.ts';
import { otherDimensions, type OtherPeer, otherPeers } from '../../analysis/ringfence/others.ts';
import type { Coverage } from '../../answer/answer.ts';
import { ipv4Count, setOfRanges } from '../../model/addresses/set.ts';
import type { IpList } from '../../model/inventory.ts';
import type { TrafficQuery } from '../../pce/traffic/query.ts';
import type { Application } from '../risk/application.ts';
import type { ToolContext } from '../tool.ts';
import { MAX_ROWS } from '../traffic/filters.ts';
import { withFlows } from '../traffic/read-flows.ts';

export interface Discovered extends Discovery {
  /** Sources and destinations that no app and env label names. */
  readonly otherSources: readonly OtherPeer[];
  readonly otherDestinations: readonly OtherPeer[];
  readonly coverage: Coverage;
}

/** A list of a /8 or more says too little about an address to be allowed as a source. */
const WIDE_ADDRESSES = 2 ** 24;

/** Everybody who exchanged traffic with the application in the window of `query`. */
export async function discovered(
  { app, env }: Application,
  query: TrafficQuery,
  context: ToolContext,
): Promise<Discovered> {
  const { signal } = context;
  const narrowest = narrowestOf((await context.pce.ipLists('active', {}, { signal })).items);
  return withFlows(query, context, async ({ table, coverage }) => {
    const { groups } = await table.ask({ by: DISCOVERY_DIMENSIONS, limit: MAX_ROWS }, signal);
    const others = async (side: 'source' | 'destination') => {
      const own = side === 'source' ? 'destination' : 'source';
      const { groups: found } = await table.ask(
        {
          by: otherDimensions(side),
          where: [
            { dimension: `${own}_app`, in: [app.value] },
            { dimension: `${own}_env`, in: [env.value] },
            { dimension: `${side}_address_kind`, notIn: ['broadcast', 'multicast'] },
          ],
          limit: MAX_ROWS,
        },
        signal,
      );
      return otherPeers(found, narrowest);
    };
    return {
      ...discover(groups, { app: app.value, env: env.value }),
      otherSources: await others('source'),
      otherDestinations: await others('destination'),
      coverage,
    };
  });
}

/** Of the lists that name an address, the one with the fewest addresses; none where each has a /8 or more. */
function narrowestOf(lists: readonly IpList[]): (names: readonly string[]) => string | null {
  const sizes = new Map(lists.map(({ name, ranges }) => [name, ipv4Count(setOfRanges(ranges))]));
  return (names) => {
    const narrow = names
      .map((name) => ({ name, size: sizes.get(name) ?? Number.POSITIVE_INFINITY }))
      .filter(({ size }) => size < WIDE_ADDRESSES)
      .sort((a, b) => a.size - b.size);
    return narrow[0]?.name ?? null;
  };
}
