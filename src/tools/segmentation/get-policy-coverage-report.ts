import { coverageOf, type Direction, type DirectionCoverage } from '../../analysis/coverage.ts';
import { envelope } from '../envelope.ts';
import { counts, described, integer, number, text } from '../fields.ts';
import { plural } from '../listing.ts';
import { present } from '../present.ts';
import { applicationOf, applicationText } from '../risk/application.ts';
import { applicationQuery, DEFAULT_LOOKBACK_DAYS, readAppFlows, unknownGap } from '../risk/application-flows.ts';
import { defineTool } from '../tool.ts';
import { withFlows } from '../traffic/read-flows.ts';
import { serviceFields } from '../traffic/service.ts';
import { uncoveredRows, type UncoveredRow } from './get-policy-coverage-report-rows.ts';

const DIRECTIONS = ['inbound', 'outbound', 'intra'] as const satisfies readonly Direction[];
/** Of each list in the per-direction blocks; `items` has them all. */
const NAMED = 10;

const service = { type: 'object', properties: { port: integer, proto: text, connections: integer } } as const;
const remote = { type: 'object', properties: { app: text, env: text, connections: integer } } as const;
const direction = {
  type: 'object',
  properties: {
    total_flows: integer,
    by_decision: counts,
    coverage_percentage: number,
    row_coverage_percentage: number,
    uncovered_services: { type: 'array', items: service },
    uncovered_apps: { type: 'array', items: remote },
  },
} as const;

export default defineTool({
  name: 'get-policy-coverage-report',
  title: 'Policy coverage of an application',
  description:
    'Shows how much of one application’s traffic rules allow, inbound and outbound, and which services and apps are uncovered. Use it to find missing rules; not for single flows.',
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
    { direction: text, app: text, env: text, port: integer, proto: text, policy: text, connections: integer },
    { total_flows: integer, total_allowed: integer, total_connections: integer, uncovered: integer },
    {
      extra: {
        app: text,
        env: text,
        lookback_days: integer,
        overall_coverage_percentage: number,
        row_coverage_percentage: number,
        inbound: direction,
        outbound: direction,
        intra: direction,
        recommendation: text,
      },
    },
  ),
  example: { app_name: 'ordering', env_name: 'prod', lookback_days: 30 },
  columns: [
    { header: 'direction', value: (row: UncoveredRow) => row.direction },
    { header: 'app', value: (row) => row.app },
    { header: 'env', value: (row) => row.env },
    { header: 'port', value: (row) => row.port },
    { header: 'proto', value: (row) => row.proto },
    { header: 'policy', value: (row) => row.policy },
    { header: 'connections', value: (row) => row.connections },
  ],

  async run({ app_name, env_name, lookback_days: days = DEFAULT_LOOKBACK_DAYS }, context) {
    const application = await applicationOf({ app_name, env_name }, context);
    const query = await applicationQuery(application, days, context);
    return withFlows(query, context, async ({ table, coverage }) => {
      const flows = await readAppFlows(table, application, context.signal);
      const whole = coverageOf(flows);
      const items = uncoveredRows(flows);
      const sides = Object.fromEntries(
        DIRECTIONS.map((one) => [one, block(coverageOf(flows.filter((flow) => flow.direction === one)))]),
      );
      return {
        answer: sentence(applicationText(application), whole, items.length),
        items,
        totals: {
          total_flows: whole.rows,
          total_allowed: whole.byDecision['allowed']?.rows ?? 0,
          total_connections: whole.connections,
          uncovered: items.length,
        },
        coverage: {
          ...coverage,
          gaps: [
            ...coverage.gaps,
            ...unknownGap(whole),
            'decisions are those reported when the traffic happened, under the policy of that time',
          ],
        },
        extra: {
          app: application.app.value,
          env: application.env.value,
          lookback_days: days,
          ...present({ overall_coverage_percentage: whole.percentage, row_coverage_percentage: whole.rowPercentage }),
          ...sides,
          recommendation: recommendation(whole.percentage),
        },
        next: [`propose-policy app_name=${application.app.value} env_name=${application.env.value}`],
      };
    });
  },
});

const block = (side: DirectionCoverage) => ({
  total_flows: side.rows,
  by_decision: Object.fromEntries(Object.entries(side.byDecision).map(([decision, { rows }]) => [decision, rows])),
  ...present({ coverage_percentage: side.percentage, row_coverage_percentage: side.rowPercentage }),
  uncovered_services: side.uncoveredServices
    .slice(0, NAMED)
    .map(({ port, proto, connections }) => ({ ...serviceFields(proto, port), connections })),
  uncovered_apps: side.uncoveredApps
    .slice(0, NAMED)
    .map(({ app, env, connections }) => ({ ...present({ app, env }), connections })),
});

function sentence(name: string, whole: DirectionCoverage, uncovered: number): string {
  if (whole.percentage === null)
    return whole.rows === 0
      ? `${name} had no traffic in the window.`
      : `${name} had only traffic that no VEN evaluated (${plural(whole.rows, 'row')}): no percentage.`;
  return `Rules cover ${whole.percentage} % of the connections of ${name} (${whole.rowPercentage} % of rows); ${plural(uncovered, 'service and peer', 'services and peers')} without a rule.`;
}

function recommendation(percentage: number | null): string {
  if (percentage === null) return 'Take the agents out of idle, or widen the window, before judging coverage.';
  if (percentage >= 95) return 'Coverage is excellent: simulate enforcement next.';
  if (percentage >= 80) return 'Coverage is good: write rules for what is listed, then simulate enforcement.';
  if (percentage >= 50) return 'Coverage is partial: write rules for the largest uncovered services first.';
  return 'Coverage is low: start with create-ringfence or propose-policy.';
}
