import { coverageOf, remoteApps } from '../../analysis/coverage.ts';
import { infrastructureScores } from '../../analysis/infrastructure.ts';
import { readiness, READINESS_WEIGHTS, type Readiness } from '../../analysis/readiness.ts';
import { ringfencesOf } from '../../analysis/ringfence/existing.ts';
import { flowsByApp, rolloutOrder } from '../../analysis/rollout.ts';
import type { LabelRef, Workload } from '../../model/inventory.ts';
import { appGraph } from '../../model/graph/app-graph.ts';
import { envelope } from '../envelope.ts';
import { counts, described, integer, number, oneOf, text, texts } from '../fields.ts';
import { listingCoverage, plural, tallyText } from '../listing.ts';
import { present } from '../present.ts';
import { appContacts } from '../risk/app-contacts.ts';
import { defineTool } from '../tool.ts';
import { MAX_ROWS, trafficQuery } from '../traffic/filters.ts';
import { withFlows } from '../traffic/read-flows.ts';
import { connectionsOf, modeCounts } from './enforcement-readiness.ts';
import { recommendations } from './enforcement-readiness-advice.ts';

interface Row {
  readonly wave: number;
  readonly app: string;
  readonly env: string;
  readonly readiness_score?: number;
  readonly infrastructure_score?: number;
  readonly tier?: string;
  readonly workloads: number;
  readonly modes: Readonly<Record<string, number>>;
  readonly uncovered: number;
  readonly expected_gain: number;
  readonly blockers: readonly string[];
}

const DEFAULT_WAVE = 5;
const DEFAULT_LOOKBACK_DAYS = 30;
const PRODUCTION = ['prod', 'production'];

export default defineTool({
  name: 'plan-rollout',
  title: 'Plan an enforcement rollout',
  description:
    'Orders all applications into waves for enforcement: infrastructure first, then the most ready, with blockers and effort. Use it for programmes; for one app use enforcement-readiness.',
  toolset: 'segmentation',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      goal: described(oneOf('selective', 'full'), 'Mode to reach; default full'),
      wave_size: described({ ...integer, minimum: 1 }, 'Applications in a wave; default 5'),
      lookback_days: described({ ...integer, minimum: 1 }, 'Default 30'),
    },
  },
  output: envelope(
    {
      wave: integer,
      app: text,
      env: text,
      readiness_score: number,
      infrastructure_score: number,
      tier: text,
      workloads: integer,
      modes: counts,
      uncovered: integer,
      expected_gain: number,
      blockers: texts,
    },
    {
      applications: integer,
      planned: integer,
      done: integer,
      waves: integer,
      without_score: integer,
      without_agent: integer,
    },
    { extra: { goal: text, wave_size: integer, done: texts, methodology: text } },
  ),
  example: { goal: 'selective', wave_size: 4 },
  columns: [
    { header: 'wave', value: (row: Row) => row.wave },
    { header: 'app', value: (row) => row.app },
    { header: 'env', value: (row) => row.env },
    { header: 'ready', value: (row) => row.readiness_score },
    { header: 'infra', value: (row) => row.infrastructure_score },
    { header: 'hosts', value: (row) => row.workloads },
    { header: 'uncovered', value: (row) => row.uncovered },
    { header: 'tier', value: (row) => row.tier },
    { header: 'modes', value: (row) => tallyText(Object.entries(row.modes)) },
    { header: 'gain', value: (row) => row.expected_gain },
    { header: 'blockers', value: (row) => row.blockers.join(' ') },
  ],

  async run({ goal = 'full', wave_size: size = DEFAULT_WAVE, lookback_days: days = DEFAULT_LOOKBACK_DAYS }, context) {
    const { pce, signal } = context;
    const [listing, active, draft, { query }] = await Promise.all([
      pce.workloads({}, { signal }),
      pce.ruleSets('active', {}, { signal }),
      pce.ruleSets('draft', {}, { signal }),
      trafficQuery({ lookback_days: days }, context),
    ]);
    return withFlows(query, context, async ({ table, coverage }) => {
      const { groups } = await table.ask(
        {
          by: ['source_app', 'source_env', 'destination_app', 'destination_env', 'policy', 'port', 'proto'],
          limit: MAX_ROWS,
        },
        signal,
      );
      const flowsOf = flowsByApp(groups);
      const { contacts } = await appContacts(table, signal);
      const evaluated = contacts.filter(({ policy }) => policy !== 'unknown');
      const { scores } = infrastructureScores(appGraph(evaluated), { productionEnvs: PRODUCTION });
      const applications = applicationsIn(listing.items);
      const judged = applications.map(({ app, env, members }) => {
        const name = { app: app.value, env: env.value };
        const own = { app: app.href, env: env.href };
        const flows = flowsOf(name);
        const whole = coverageOf(flows);
        const remote = remoteApps(flows);
        const ringfences = ringfencesOf(active.items, own);
        const modes = modeCounts(members);
        const managed = members.filter((workload) => workload.managed).length;
        const result = readiness({
          connections: connectionsOf(flows),
          hasRingfence: ringfences.length > 0,
          modes,
          uncoveredApps: remote.uncovered.length,
        });
        const onlyDraft = ringfences.length === 0 ? ringfencesOf(draft.items, own) : [];
        return {
          ...name,
          members,
          modes,
          managed,
          result,
          readiness: result.score,
          infrastructure: scores.find((score) => score.app === name.app && score.env === name.env) ?? null,
          uncovered: whole.uncoveredServices.length,
          blockers: recommendations({ whole, ringfences, onlyDraft, modes, managed, remote }),
        };
      });
      const withAgent = judged.filter(({ managed }) => managed > 0);
      const isDone = ({ modes, managed }: (typeof judged)[number]): boolean =>
        managed === modes.full || (goal === 'selective' && managed === modes.full + modes.selective);
      const done = withAgent.filter(isDone);
      const items = rolloutOrder(withAgent.filter((one) => !isDone(one))).map(
        (one, index): Row => ({
          wave: Math.floor(index / size) + 1,
          app: one.app,
          env: one.env,
          ...present({
            readiness_score: one.readiness,
            infrastructure_score: one.infrastructure?.score,
            tier: one.infrastructure?.tier,
          }),
          workloads: one.managed,
          modes: one.modes,
          uncovered: one.uncovered,
          expected_gain: gain(one.result, goal),
          blockers: one.blockers,
        }),
      );
      const waves = Math.ceil(items.length / size);
      const unscored = items.filter((row) => row.readiness_score === undefined).length;
      const [first] = items;
      return {
        answer: `${plural(items.length, 'application')} in ${plural(waves, 'wave')} of ${size} to reach ${goal}; ${done.length} there already, ${unscored} without evaluated traffic (last).${first === undefined ? '' : ` First: ${first.app} (${first.env}).`}`,
        items,
        totals: {
          applications: judged.length,
          planned: items.length,
          done: done.length,
          waves,
          without_score: unscored,
          without_agent: judged.length - withAgent.length,
        },
        coverage: {
          ...coverage,
          truncated: coverage.truncated || !listing.complete,
          gaps: [
            ...coverage.gaps,
            ...listingCoverage(listing).gaps,
            'workloads without app or env label',
            'change calendars: no dates are given',
          ],
        },
        extra: { goal, wave_size: size, done: done.map(({ app, env }) => `${app} (${env})`), methodology: METHODOLOGY },
        next: items
          .slice(0, 1)
          .map(({ app, env }) => `simulate-enforcement app_name=${app} env_name=${env} target_mode=${goal}`),
      };
    });
  },
});

const METHODOLOGY =
  'Order: infrastructure tier (core, shared, standard), then readiness score, then infrastructure score. expected_gain: readiness points that a ringfence and the goal mode add.';

/** Points that a ringfence and the goal mode add to the score. */
function gain({ components }: Readiness, goal: 'selective' | 'full'): number {
  const mode = goal === 'full' ? READINESS_WEIGHTS.enforcement_mode : READINESS_WEIGHTS.enforcement_mode / 2;
  const points = READINESS_WEIGHTS.ringfence - components.ringfence + Math.max(0, mode - components.enforcement_mode);
  return Math.round(10 * points) / 10;
}

interface Labelled {
  readonly app: LabelRef;
  readonly env: LabelRef;
  readonly members: readonly Workload[];
}

function applicationsIn(workloads: readonly Workload[]): readonly Labelled[] {
  const label = (workload: Workload, wanted: string): LabelRef | undefined =>
    workload.labels.find(({ key }) => key === wanted);
  const groups = Map.groupBy(
    workloads,
    (workload) => `${label(workload, 'app')?.href} ${label(workload, 'env')?.href}`,
  );
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    const [app, env] = first === undefined ? [] : [label(first, 'app'), label(first, 'env')];
    return app === undefined || env === undefined ? [] : [{ app, env, members }];
  });
}
