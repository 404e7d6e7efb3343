import type { Column } from '../../answer/answer.ts';
import type { ServiceHub } from '../../analysis/graph/service-hubs.ts';
import type { LateralPath, NodeReach } from '../../analysis/lateral.ts';
import { type AppGraph, appGraph, appText } from '../../model/graph/app-graph.ts';
import { present } from '../present.ts';
import { portText } from '../protocols.ts';
import type { PermittedGraph } from './permitted-reach.ts';

interface NodeEntry {
  readonly node: string;
  readonly reachable: number;
  readonly permitted_reachable?: number;
  readonly direct_connections_in: number;
  readonly direct_connections_out: number;
}

/** The hub of one service: what it opens connections to hangs on it. */
interface HubEntry {
  readonly node: string;
  readonly service: string;
  readonly also_on: number;
  readonly cut_off: number;
  readonly betweenness: number;
  readonly direct_connections_in: number;
  readonly direct_connections_out: number;
}

export type Row =
  | ({ readonly section: 'bridge' } & NodeEntry)
  | ({ readonly section: 'service hub' } & HubEntry)
  | { readonly section: 'path'; readonly path: readonly string[]; readonly hops: number };

export const bridgeRow = (entry: NodeEntry): Row => ({ section: 'bridge', ...entry });

export const hubRow = ({ service, ...hub }: ServiceHub): Row => ({
  section: 'service hub',
  node: appText(hub),
  service: portText(service.proto, service.port),
  also_on: hub.alsoOn,
  cut_off: hub.cutOff,
  betweenness: Math.round(hub.betweenness * 10_000) / 10_000,
  direct_connections_in: hub.reachedBy,
  direct_connections_out: hub.reaches,
});

const nameOf = ({ nodes }: AppGraph, index: number): string => appText(nodes[index] ?? { app: '', env: '' });

export const pathRow = ({ nodes, hops }: LateralPath, graph: AppGraph): Row => ({
  section: 'path',
  path: nodes.map((index) => nameOf(graph, index)),
  hops,
});

export const nodeEntry = (
  { node, reach, in: into, out }: NodeReach,
  graph: AppGraph,
  permitted: ReadonlyMap<string, number>,
): NodeEntry => ({
  node: nameOf(graph, node),
  reachable: reach,
  ...present({ permitted_reachable: permitted.get(nameOf(graph, node)) }),
  direct_connections_in: into,
  direct_connections_out: out,
});

export const columns: readonly Column<Row>[] = [
  { header: 'node or path', value: (row) => (row.section === 'path' ? row.path.join(' → ') : row.node) },
  { header: 'section', value: (row) => row.section },
  { header: 'hops', value: (row) => (row.section === 'path' ? row.hops : undefined) },
  { header: 'service', value: (row) => (row.section === 'service hub' ? row.service : undefined) },
  { header: 'cut off', value: (row) => (row.section === 'service hub' ? row.cut_off : undefined) },
  { header: 'betweenness', value: (row) => (row.section === 'service hub' ? row.betweenness : undefined) },
  { header: 'also on', value: (row) => (row.section === 'service hub' ? row.also_on : undefined) },
  { header: 'reaches', value: (row) => (row.section === 'bridge' ? row.reachable : undefined) },
  { header: 'permitted', value: (row) => (row.section === 'bridge' ? row.permitted_reachable : undefined) },
  { header: 'in', value: (row) => (row.section === 'path' ? undefined : row.direct_connections_in) },
  { header: 'out', value: (row) => (row.section === 'path' ? undefined : row.direct_connections_out) },
];

/** The permitted ways by application: what one group of it may reach counts for all of it. */
export const permittedAppGraph = ({ groups, edges }: PermittedGraph): AppGraph =>
  appGraph(
    edges.flatMap(({ from, to }) => {
      const [a, b] = [groups[from], groups[to]];
      if (!a?.app || !a.env || !b?.app || !b.env) return [];
      return [{ from: { app: a.app, env: a.env }, to: { app: b.app, env: b.env }, connections: 1 }];
    }),
  );
