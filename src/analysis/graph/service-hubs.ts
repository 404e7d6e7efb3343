import { articulationPoints } from '../../model/graph/articulation.ts';
import { appGraph, type AppGraph, type AppName, type Contact } from '../../model/graph/app-graph.ts';
import { betweenness } from '../../model/graph/betweenness.ts';
import { type Neighbours, neighboursOf } from '../../model/graph/neighbours.ts';
import type { Port } from './port-risk.ts';

export interface ServiceContact extends Contact {
  readonly service: Port;
}

/** An application that one service hangs on: without it others are cut off from each other on that service. */
export interface ServiceHub extends AppName {
  readonly service: Port;
  /** How many further services it is the hub of. */
  readonly alsoOn: number;
  /** Applications it opens connections to on the service, and those that open some to it. */
  readonly reaches: number;
  readonly reachedBy: number;
  /** Applications outside of the largest part that is left without it. */
  readonly cutOff: number;
  /** In the graph of the service, 0 to 1. */
  readonly betweenness: number;
  /** In large graphs betweenness is an estimate from some of the starts. */
  readonly isEstimate: boolean;
}

/** A hub reaches so many and cuts off so many; below it is any application with a few peers. */
const MIN_APPS = 3;
/** Articulation points looked at for each service: those with the most neighbours. */
const POINTS = 5;

/**
 * The hubs of single services, those first that hold most applications together. In the graph of all services the directory and the name
 * service connect everything, and an agent's own network of management, backup or scan connections does not show; on its own port it does.
 */
export function serviceHubs(contacts: Iterable<ServiceContact>, limit: number): readonly ServiceHub[] {
  const services = Map.groupBy(contacts, ({ service: { proto, port } }) => `${proto}/${port}`);
  const found = [...services.values()].flatMap((on) => {
    const [first] = on;
    if (first === undefined) return [];
    const graph = appGraph(on);
    return hubsIn(graph).map((hub) => ({ ...hub, graph, service: first.service }));
  });
  const byApp = Map.groupBy(found, ({ name }) => JSON.stringify([name.app, name.env]));
  return [...byApp.values()]
    .flatMap((own) => {
      const [best] = own.toSorted(widestFirst);
      return best === undefined ? [] : [{ ...best, alsoOn: own.length - 1 }];
    })
    .sort(widestFirst)
    .slice(0, limit)
    .map(({ name, node, graph: { nodes, edges }, ...hub }) => {
      const { of, pivots } = betweenness(nodes.length, edges);
      return { ...name, ...hub, betweenness: of[node] ?? 0, isEstimate: pivots < nodes.length };
    });
}

interface Hub {
  readonly name: AppName;
  readonly node: number;
  readonly reaches: number;
  readonly reachedBy: number;
  readonly cutOff: number;
}

const widestFirst = (a: Hub & { readonly service: Port }, b: Hub & { readonly service: Port }): number =>
  b.cutOff - a.cutOff || b.reaches - a.reaches || a.service.port - b.service.port;

function hubsIn({ nodes, edges }: AppGraph): readonly Hub[] {
  if (nodes.length <= MIN_APPS) return [];
  const neighbours = neighboursOf(nodes.length, edges, { both: true });
  const degree = (node: number): number => (neighbours.starts[node + 1] ?? 0) - (neighbours.starts[node] ?? 0);
  return articulationPoints(neighbours)
    .toSorted((a, b) => degree(b) - degree(a))
    .slice(0, POINTS)
    .flatMap((node) => {
      const name = nodes[node];
      if (name === undefined) return [];
      const reaches = edges.filter(({ from }) => from === node).length;
      const reachedBy = edges.filter(({ to }) => to === node).length;
      return [{ name, node, reaches, reachedBy, cutOff: cutOffBy(node, neighbours) }];
    })
    .filter(({ reaches, cutOff }) => reaches >= MIN_APPS && cutOff >= MIN_APPS);
}

/** How many of those connected through `node` are outside of the largest part that stays together without it. */
function cutOffBy(node: number, { size, starts, targets }: Neighbours): number {
  const seen = new Uint8Array(size);
  seen[node] = 1;
  let [all, largest] = [0, 0];
  for (let at = starts[node] ?? 0; at < (starts[node + 1] ?? 0); at += 1) {
    const part = [targets[at] ?? 0].filter((start) => seen[start] === 0);
    for (const start of part) seen[start] = 1;
    for (const one of part)
      for (let next = starts[one] ?? 0; next < (starts[one + 1] ?? 0); next += 1) {
        const target = targets[next] ?? 0;
        if (seen[target] !== 0) continue;
        seen[target] = 1;
        part.push(target);
      }
    all += part.length;
    largest = Math.max(largest, part.length);
  }
  return all - largest;
}
