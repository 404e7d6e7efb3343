import { type AppFlow, coverageOf, type DirectionCoverage, isEvaluated, remoteApps } from '../../analysis/coverage.ts';
import { readiness, type Readiness } from '../../analysis/readiness.ts';
import { ringfencesOf } from '../../analysis/ringfence/existing.ts';
import type { Workload } from '../../model/inventory.ts';
import { envelope } from '../envelope.ts';
import { counts, described, flag, integer, number, text, texts } from '../fields.ts';
import { listingCoverage } from '../listing.ts';
import { present } from '../present.ts';
import { applicationOf, applicationText } from '../risk/application.ts';
import { applicationQuery, DEFAULT_LOOKBACK_DAYS, readAppFlows, unknownGap } from '../risk/application-flows.ts';
import { defineTool } from '../tool.ts';
import { withFlows } from '../traffic/read-flows.ts';
import { recommendations } from './enforcement-readiness-advice.ts';
import { readinessRows, type ReadinessRow } from './enforcement-readiness-rows.ts';

export default defineTool({
  name: 'enforcement-readiness',
  title: 'Enforcement readiness',
  description:
    'Scores 0 to 100 how ready one application is for enforcement, with reasons. Use it before changing modes; for exactly what would break use simulate-enforcement.',
  toolset: 'segmentation',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      app_name: described(text, 'Label value, app=x or href'),
      env_name: text,
      lookback_days: described({ ...integer, minimum: 1 }, 'Default 30'),
    },
    required: ['app_name', 'env_name'],
  },
  output: envelope(
    { component: text, points: number, of: integer, because: text },
    { total_flows: integer, total_connections: integer },
    {
      extra: {
        app: text,
        env: text,
        readiness_score: number,
        readiness_level: text,
        workloads: { type: 'object', properties: { total: integer, managed: integer, enforcement_modes: counts } },
        traffic_analysis: {
          type: 'object',
          properties: {
            lookback_days: integer,
            total_flows: integer,
            policy_decisions: counts,
            coverage_percentage: number,
            row_coverage_percentage: number,
          },
        },
        remote_apps: { type: 'object', properties: { covered: texts, uncovered: texts } },
        has_ringfence: flag,
        recommendations: texts,
      },
    },
  ),
  example: { app_name: 'ordering', env_name: 'prod' },
  columns: [
    { header: 'component', value: (row: ReadinessRow) => row.component },
    { header: 'points', value: (row) => row.points },
    { header: 'of', value: (row) => row.of },
    { header: 'because', value: (row) => row.because },
  ],

  async run({ app_name, env_name, lookback_days: days = DEFAULT_LOOKBACK_DAYS }, context) {
    const { pce, signal } = context;
    const application = await applicationOf({ app_name, env_name }, context);
    const own = { app: application.app.href, env: application.env.href };
    const [listing, active, draft, query] = await Promise.all([
      pce.workloads({ labels: [[own.app, own.env]] }, { signal }),
      pce.ruleSets('active', {}, { signal }),
      pce.ruleSets('draft', {}, { signal }),
      applicationQuery(application, days, context),
    ]);
    return withFlows(query, context, async ({ table, coverage }) => {
      const flows = await readAppFlows(table, application, signal);
      const ringfences = ringfencesOf(active.items, own);
      const onlyDraft = ringfences.length === 0 ? ringfencesOf(draft.items, own) : [];
      const modes = modeCounts(listing.items);
      const remote = remoteApps(flows);
      const whole = coverageOf(flows);
      const result = readiness({
        connections: connectionsOf(flows),
        hasRingfence: ringfences.length > 0,
        modes,
        uncoveredApps: remote.uncovered.length,
      });
      const managed = listing.items.filter((workload) => workload.managed).length;
      const evidence = { whole, ringfences, onlyDraft, modes, managed, remote };
      const advice = recommendations(evidence);
      return {
        answer: sentence(applicationText(application), result, advice),
        items: readinessRows(result, evidence),
        totals: { total_flows: whole.rows, total_connections: whole.connections },
        coverage: {
          ...coverage,
          truncated: coverage.truncated || !listing.complete,
          gaps: [
            ...coverage.gaps,
            ...listingCoverage(listing).gaps,
            ...unknownGap(whole),
            'decisions are those reported when the traffic happened, under the policy and modes of that time',
          ],
        },
        extra: {
          app: application.app.value,
          env: application.env.value,
          ...present({ readiness_score: result.score }),
          readiness_level: result.level,
          workloads: { total: listing.items.length, managed, enforcement_modes: modes },
          traffic_analysis: {
            lookback_days: days,
            total_flows: whole.rows,
            policy_decisions: decisionRows(whole),
            ...present({ coverage_percentage: whole.percentage, row_coverage_percentage: whole.rowPercentage }),
          },
          remote_apps: remote,
          has_ringfence: ringfences.length > 0,
          recommendations: advice,
        },
        evidence: ringfences.map(({ href }) => href),
        next: [
          `simulate-enforcement app_name=${application.app.value} env_name=${application.env.value} target_mode=full`,
        ],
      };
    });
  },
});

function sentence(name: string, { score, level }: Readiness, advice: readonly string[]): string {
  const said =
    score === null
      ? `${name} gets no score: no traffic in the window that a VEN evaluated.`
      : `${name}: readiness score ${score}. ${level}.`;
  return advice[0] === undefined ? said : `${said} First: ${advice[0]}`;
}

export const modeCounts = (workloads: readonly Workload[]): Record<Workload['mode'], number> => {
  const modes = { full: 0, selective: 0, visibility_only: 0, idle: 0 };
  for (const { managed, mode } of workloads) if (managed) modes[mode] += 1;
  return modes;
};

export function connectionsOf(flows: readonly AppFlow[]) {
  const sum = (some: readonly AppFlow[]): number => some.reduce((total, { connections }) => total + connections, 0);
  const of = (wanted: string): number => sum(flows.filter(({ decision }) => decision === wanted));
  return { allowed: of('allowed'), evaluated: sum(flows.filter(isEvaluated)), blocked: of('blocked') };
}

const decisionRows = ({ byDecision }: DirectionCoverage) =>
  Object.fromEntries(Object.entries(byDecision).map(([decision, { rows: count }]) => [decision, count]));
