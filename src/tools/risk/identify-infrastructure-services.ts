import { infrastructureScores, type InfrastructureScore, type Tier } from '../../analysis/infrastructure.ts';
import { appGraph, appText } from '../../model/graph/app-graph.ts';
import { envelope } from '../envelope.ts';
import { counts, described, flag, integer, number, text, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { defineTool } from '../tool.ts';
import { trafficQuery } from '../traffic/filters.ts';
import { withFlows } from '../traffic/read-flows.ts';
import { appContacts, leftOutGap, unlabelledSources } from './app-contacts.ts';
import { columns, infrastructureRow, METHODOLOGY, neighboursIn, RECOMMENDATION } from './infrastructure-row.ts';

const DEFAULT_LOOKBACK_DAYS = 90;
const DEFAULT_TOP = 20;
const DEFAULT_PRODUCTION = ['prod', 'production'];
/** The published formula knows these three: "unknown" is what idle agents and imported flows say (reference-server.md §2.2). */
const DECISIONS = ['allowed', 'potentially_blocked', 'blocked'] as const;

export default defineTool({
  name: 'identify-infrastructure-services',
  title: 'Infrastructure services',
  description:
    'Ranks applications by how much they are infrastructure (many depend on them, or they on many). Use it to order a rollout; for the peers of one app use map-app-dependencies.',
  toolset: 'risk',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      lookback_days: described({ ...integer, minimum: 1 }, 'Default 90'),
      min_connections: described({ ...integer, minimum: 1 }, 'Of a pair of apps; default 1'),
      top_n: described({ ...integer, minimum: 1 }, 'Apps to list; default 20'),
      production_envs: described(texts, 'Not halved; default prod, production'),
      explain: described(flag, 'Show the factors of each score'),
    },
  },
  output: envelope(
    {
      app: text,
      env: text,
      is_production: flag,
      infrastructure_score: number,
      tier: text,
      dominant_pattern: text,
      in_degree: integer,
      out_degree: integer,
      betweenness_centrality: number,
      consumer_ratio: number,
      inbound_connections: integer,
      outbound_connections: integer,
      total_connections: integer,
      unmanaged_sources: integer,
      consumed_by: texts,
      consumes: texts,
      explanation: text,
    },
    {
      total_flows_analyzed: integer,
      unique_apps: integer,
      unique_app_to_app_edges: integer,
      tier_counts: counts,
    },
    {
      extra: {
        lookback_days: integer,
        min_connections_filter: integer,
        scoring_methodology: text,
        recommendation: text,
        halved: texts,
      },
    },
  ),
  example: { lookback_days: 30, top_n: 10 },
  columns,

  async run(args, context) {
    const lookbackDays = args.lookback_days ?? DEFAULT_LOOKBACK_DAYS;
    const minConnections = args.min_connections ?? 1;
    const productionEnvs = args.production_envs ?? DEFAULT_PRODUCTION;
    const { signal } = context;
    const { query } = await trafficQuery({ lookback_days: lookbackDays, policy_decisions: DECISIONS }, context);
    return withFlows(query, context, async ({ table, coverage }) => {
      const { contacts, rowsLeftOut } = await appContacts(table, signal);
      const unlabelled = await unlabelledSources(table, signal);
      const graph = appGraph(contacts, { minConnections });
      const { scores, pivots } = infrastructureScores(graph, { productionEnvs });
      const shown = scores.slice(0, args.top_n ?? DEFAULT_TOP);
      const facts = { neighbours: neighboursIn(graph), unlabelled, explain: args.explain === true };
      const items = shown.map((score) => infrastructureRow(score, facts));
      const tiers = tierCounts(scores);
      return {
        answer: sentence(scores, tiers),
        items,
        totals: {
          total_flows_analyzed: table.totals.rows,
          unique_apps: graph.nodes.length,
          unique_app_to_app_edges: graph.edges.length,
          tier_counts: tiers,
        },
        coverage: {
          ...coverage,
          gaps: [
            ...coverage.gaps,
            ...leftOutGap(rowsLeftOut),
            ...(pivots < graph.nodes.length
              ? [`betweenness is an estimate from ${pivots} of ${graph.nodes.length} applications`]
              : []),
            ...(items.length < scores.length
              ? [`${scores.length - items.length} applications beyond top_n; tier_counts count them`]
              : []),
          ],
        },
        extra: {
          lookback_days: lookbackDays,
          min_connections_filter: minConnections,
          scoring_methodology: METHODOLOGY,
          recommendation: RECOMMENDATION,
          halved: shown.filter(({ isProduction }) => !isProduction).map(appText),
        },
        next: scores.slice(0, 1).map(({ app, env }) => `create-ringfence app_name=${app} env_name=${env} dry_run=true`),
      };
    });
  },
});

function sentence(
  scores: readonly InfrastructureScore[],
  { core_infrastructure: core, shared_service: shared, standard_application: standard }: ReturnType<typeof tierCounts>,
): string {
  const [first] = scores;
  if (first === undefined) return 'No traffic between two labelled applications in the window.';
  return `${plural(scores.length, 'application')}: ${core} core infrastructure, ${shared} shared, ${standard} standard. Highest: ${appText(first)} with ${first.score} as ${first.pattern}.`;
}

const tierCounts = (scores: readonly InfrastructureScore[]) => {
  const count = (tier: Tier): number => scores.filter((score) => score.tier === tier).length;
  return {
    core_infrastructure: count('Core Infrastructure'),
    shared_service: count('Shared Service'),
    standard_application: count('Standard Application'),
  };
};
