import { bridges, type LateralPath, type NodeReach, pathsFrom, reaches } from '../../analysis/lateral.ts';
import { type ServiceHub, serviceHubs } from '../../analysis/graph/service-hubs.ts';
import { appGraph, type AppGraph, appText } from '../../model/graph/app-graph.ts';
import { envelope } from '../envelope.ts';
import { described, integer, number, text, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { portText } from '../protocols.ts';
import { defineTool } from '../tool.ts';
import { trafficQuery } from '../traffic/filters.ts';
import { withFlows } from '../traffic/read-flows.ts';
import { appContacts, leftOutGap, serviceContacts } from './app-contacts.ts';
import { startsOf } from './detect-lateral-movement-starts.ts';
import { bridgeRow, columns, hubRow, nodeEntry, pathRow, permittedAppGraph } from './detect-lateral-movement-rows.ts';
import { permittedGraph } from './permitted-reach.ts';

const DEFAULT_LOOKBACK_DAYS = 30;
const DEFAULT_HOPS = 4;
const MAX_PATHS = 50;
const NAMED_BRIDGES = 10;
const NAMED_REACH = 20;
const NAMED_HUBS = 10;
/** What was blocked went nowhere: it is no way to move. */
const PASSED = ['allowed', 'potentially_blocked', 'unknown'] as const;

const node = {
  type: 'object',
  properties: {
    node: text,
    reachable: integer,
    permitted_reachable: integer,
    direct_connections_in: integer,
    direct_connections_out: integer,
  },
} as const;

export default defineTool({
  name: 'detect-lateral-movement-paths',
  title: 'Lateral movement paths',
  description:
    'Finds bridge applications and how far each could be left behind by an intruder, seen in traffic and permitted by rules. Use it by app; for one host use blast-radius.',
  toolset: 'risk',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      app_name: described(text, 'Paths from this app (label value)'),
      env_name: described(text, 'Default every env of the app'),
      lookback_days: described({ ...integer, minimum: 1 }, 'Default 30'),
      max_hops: described({ ...integer, minimum: 1, maximum: 20 }, 'Default 4'),
    },
  },
  output: envelope(
    {
      ...node.properties,
      section: text,
      path: texts,
      hops: integer,
      service: text,
      also_on: integer,
      cut_off: integer,
      betweenness: number,
    },
    {
      total_apps: integer,
      total_edges: integer,
      permitted_edges: integer,
      articulation_points: integer,
      service_hubs: integer,
      paths: integer,
    },
    {
      extra: {
        lookback_days: integer,
        max_hops: integer,
        paths_from: texts,
        articulation_points: texts,
        high_risk_bridge_nodes: { type: 'array', items: node },
        top_reachable_nodes: { type: 'array', items: node },
        permitted_never_seen: texts,
        recommendation: text,
      },
    },
  ),
  example: { app_name: 'ordering', env_name: 'prod', max_hops: 3 },
  columns,

  async run({ app_name, env_name, lookback_days: days = DEFAULT_LOOKBACK_DAYS, max_hops = DEFAULT_HOPS }, context) {
    const { signal } = context;
    const named = await startsOf({ app_name, env_name }, context);
    const [{ query }, permitted] = await Promise.all([
      trafficQuery({ lookback_days: days, policy_decisions: PASSED }, context),
      permittedGraph(context),
    ]);
    return withFlows(query, context, async ({ table, coverage }) => {
      const { contacts, rowsLeftOut } = await appContacts(table, signal);
      const graph = appGraph(contacts);
      const allowed = permittedAppGraph(permitted);
      const permittedReach = new Map(
        reaches(allowed).map((one) => [appText(allowed.nodes[one.node] ?? NOBODY), one.reach]),
      );
      const all = reaches(graph);
      const cuts = bridges(graph);
      const bridging = all.filter((one) => cuts.has(one.node));
      const starts = named === null ? [] : graph.nodes.flatMap((name, index) => (named(name) ? [index] : []));
      const paths = starts.flatMap((start) => pathsFrom(graph, start, max_hops)).sort((a, b) => b.hops - a.hops);
      const shown = paths.slice(0, MAX_PATHS);
      const hubs = named === null ? serviceHubs(await serviceContacts(table, signal), NAMED_HUBS) : [];
      const entry = (one: NodeReach) => nodeEntry(one, graph, permittedReach);
      const neverSeen = named === null ? [] : permittedNeverSeen(graph, allowed, named, max_hops);
      return {
        answer: sentence({
          graph,
          cuts: cuts.size,
          hubs,
          all,
          paths,
          starts,
          named: named !== null,
          max_hops,
          neverSeen,
        }),
        items:
          named === null
            ? [...hubs.map(hubRow), ...bridging.map((one) => bridgeRow(entry(one)))]
            : shown.map((path) => pathRow(path, graph)),
        totals: {
          total_apps: graph.nodes.length,
          total_edges: graph.edges.length,
          permitted_edges: allowed.edges.length,
          articulation_points: cuts.size,
          service_hubs: hubs.length,
          paths: paths.length,
        },
        coverage: {
          ...coverage,
          gaps: [
            ...coverage.gaps,
            ...leftOutGap(rowsLeftOut),
            ...permitted.gaps,
            ...(hubs.some(({ isEstimate }) => isEstimate)
              ? ['betweenness of service hubs is an estimate from a sample of the applications']
              : []),
            ...(shown.length < paths.length
              ? [`${paths.length - shown.length} paths beyond the first ${MAX_PATHS}`]
              : []),
            'one shortest path for each application reached',
          ],
        },
        extra: {
          lookback_days: days,
          articulation_points: [...cuts].map((index) => appText(graph.nodes[index] ?? NOBODY)),
          high_risk_bridge_nodes: bridging.slice(0, NAMED_BRIDGES).map(entry),
          top_reachable_nodes: all.slice(0, NAMED_REACH).map(entry),
          ...(named === null
            ? {}
            : {
                max_hops,
                paths_from: starts.map((start) => appText(graph.nodes[start] ?? NOBODY)),
                permitted_never_seen: neverSeen,
              }),
          recommendation: RECOMMENDATION,
        },
        next: bridging.slice(0, 1).map((one) => {
          const { app, env } = graph.nodes[one.node] ?? NOBODY;
          return `create-ringfence app_name=${app} env_name=${env} dry_run=true`;
        }),
      };
    });
  },
});

const NOBODY = { app: '', env: '' };
const RECOMMENDATION =
  'Ringfence the bridge applications with the largest reach first: what passes through them connects parts of the estate that are otherwise apart.';

/** Applications within the hops by rules that no traffic in the window reached: reach that could be removed. */
function permittedNeverSeen(
  graph: AppGraph,
  allowed: AppGraph,
  isStart: (name: AppGraph['nodes'][number]) => boolean,
  maxHops: number,
): readonly string[] {
  const reached = (of: AppGraph): ReadonlySet<string> =>
    new Set(
      of.nodes.flatMap((name, start) =>
        isStart(name)
          ? pathsFrom(of, start, maxHops).map(({ nodes }) => appText(of.nodes[nodes.at(-1) ?? start] ?? NOBODY))
          : [],
      ),
    );
  const seen = reached(graph);
  return [...reached(allowed)].filter((name) => !seen.has(name)).sort();
}

interface Facts {
  readonly graph: AppGraph;
  readonly cuts: number;
  readonly hubs: readonly ServiceHub[];
  readonly all: readonly NodeReach[];
  readonly paths: readonly LateralPath[];
  readonly starts: readonly number[];
  readonly named: boolean;
  readonly max_hops: number;
  readonly neverSeen: readonly string[];
}

function sentence({ graph, cuts, hubs: [hub], all, paths, starts, named, max_hops, neverSeen }: Facts): string {
  if (graph.nodes.length === 0) return 'No traffic between two labelled applications in the window.';
  if (named && starts.length === 0) return 'The application had no traffic with another one in the window.';
  if (named)
    return `${plural(paths.length, 'application')} within ${plural(max_hops, 'hop')} by traffic seen; rules permit ${neverSeen.length} more that no traffic reached.`;
  const [widest] = all;
  const name = widest === undefined ? '' : appText(graph.nodes[widest.node] ?? NOBODY);
  return `${plural(cuts, 'bridge application')} among ${graph.nodes.length}; ${name} reaches most (${widest?.reach ?? 0}).${hub === undefined ? '' : ` Hub of a single service: ${appText(hub)} opens ${portText(hub.service.proto, hub.service.port)} to ${plural(hub.reaches, 'application')}.`}`;
}
