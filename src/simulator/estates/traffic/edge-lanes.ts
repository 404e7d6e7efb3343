import { fraction, hashOf, mix32 } from '../../random.ts';
import type { Group, PlacedEdge } from '../landscape.ts';
import { parsePorts } from '../processes.ts';
import type { LaneList } from './lanes.ts';
import { type LaneMaker, peersOf, type Place, VOLUME } from './make.ts';

/** Lanes of the business applications. `density` below 1 thins them out evenly; the first pair of every edge stays. */
export function addEdgeLanes(list: LaneList, maker: LaneMaker, edges: readonly PlacedEdge[], density: number): void {
  for (const placed of edges) {
    const { edge } = placed;
    const sources = placesOf(maker, placed.from, edge.fan, placed);
    const targets = placesOf(maker, placed.to, edge.fan, placed);
    const ports = parsePorts(edge.ports);
    let first = true;
    sources.forEach((source, i) => {
      for (const target of peersOf(targets, i + hashOf(edge.from, edge.to), targetFan(placed))) {
        if (source === target) continue;
        for (const { proto, from, to } of ports)
          for (let port = from; port <= to; port++) {
            const lane = maker.lane(source, target, port, {
              proto,
              cadence: edge.cadence,
              volume: VOLUME[edge.volume] * (0.3 + fraction(hashOf(maker.directory.seed, i, edge.from, edge.to, port))),
              client: edge.client,
            });
            if ((first || fraction(mix32(lane.salt)) < density) && list.add(lane)) first = false;
          }
      }
    });
  }
}

/** An edge from outside has `fan` sources, each with one peer; one inside has every source with `fan` peers. */
const targetFan = ({ edge, from }: PlacedEdge): number =>
  typeof from === 'string' && from !== '@terminals' && from !== '@handhelds' ? 1 : edge.fan;

function placesOf(maker: LaneMaker, end: Group | string, fan: number, placed: PlacedEdge): readonly Place[] {
  const { directory } = maker;
  if (typeof end !== 'string') return directory.group(end);
  if (end === '@terminals' || end === '@handhelds') {
    const things = directory.things(end === '@terminals' ? 'terminal' : 'handheld');
    const app = `${end === '@terminals' ? 'pos-gw' : 'wms'}${placed.copy}`;
    return things.filter((host) => host.labels['app'] === app);
  }
  const outgoing = end === placed.to;
  const offset = hashOf(placed.edge.from, placed.edge.to, placed.copy) % 10_000;
  return Array.from({ length: fan }, (_, i) =>
    directory.outside(outgoing && end === '@internet' ? '@egress' : end, offset + i),
  );
}
