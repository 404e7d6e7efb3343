import { READINESS_WEIGHTS, type Readiness } from '../../analysis/readiness.ts';
import { rolloutOrder } from '../../analysis/rollout.ts';
import { waveDates, type WaveDates } from '../../analysis/rollout-calendar.ts';
import { envelope } from '../envelope.ts';
import { counts, described, integer, number, oneOf, text, texts } from '../fields.ts';
import { listingCoverage, plural, tallyText } from '../listing.ts';
import { present } from '../present.ts';
import { portText } from '../protocols.ts';
import { defineTool } from '../tool.ts';
import { trafficQuery } from '../traffic/filters.ts';
import { withFlows } from '../traffic/read-flows.ts';
import { type RolloutApp, rolloutApps } from './rollout-apps.ts';
import { dateText, firstDay, freezeWindows } from './rollout-calendar.ts';

interface Row {
  readonly wave: number;
  /** First and last day, like 2025-12-15. */
  readonly starts: string;
  readonly ends: string;
  readonly app: string;
  readonly env: string;
  readonly readiness_score?: number;
  readonly infrastructure_score?: number;
  readonly tier?: string;
  readonly workloads: number;
  readonly modes: Readonly<Record<string, number>>;
  readonly uncovered: number;
  readonly effort: number;
  readonly hub?: string;
  readonly expected_gain: number;
  readonly blockers: readonly string[];
}

const DEFAULT_WAVE = 5;
const DEFAULT_WAVE_DAYS = 7;
const DEFAULT_LOOKBACK_DAYS = 30;

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
      start_date: described(text, 'First wave; default today'),
      wave_days: described({ ...integer, minimum: 1, maximum: 366 }, 'Days between waves; default 7'),
      freeze_windows: described(texts, 'No changes: 2025-12-15/2026-01-05'),
      lookback_days: described({ ...integer, minimum: 1 }, 'Default 30'),
    },
  },
  output: envelope(
    {
      wave: integer,
      starts: text,
      ends: text,
      app: text,
      env: text,
      readiness_score: number,
      infrastructure_score: number,
      tier: text,
      workloads: integer,
      modes: counts,
      uncovered: integer,
      effort: integer,
      hub: text,
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
    {
      extra: {
        goal: text,
        wave_size: integer,
        wave_days: integer,
        finishes: text,
        freeze_windows: texts,
        done: texts,
        methodology: text,
      },
    },
  ),
  example: { goal: 'selective', wave_size: 4, freeze_windows: ['2025-12-15/2026-01-05'] },
  columns: [
    { header: 'wave', value: (row: Row) => row.wave },
    { header: 'starts', value: (row) => row.starts },
    { header: 'app', value: (row) => row.app },
    { header: 'env', value: (row) => row.env },
    { header: 'ready', value: (row) => row.readiness_score },
    { header: 'infra', value: (row) => row.infrastructure_score },
    { header: 'hosts', value: (row) => row.workloads },
    { header: 'uncovered', value: (row) => row.uncovered },
    { header: 'effort', value: (row) => row.effort },
    { header: 'tier', value: (row) => row.tier },
    { header: 'modes', value: (row) => tallyText(Object.entries(row.modes)) },
    { header: 'gain', value: (row) => row.expected_gain },
    { header: 'ends', value: (row) => row.ends },
    { header: 'hub', value: (row) => row.hub },
    { header: 'blockers', value: (row) => row.blockers.join(' ') },
  ],

  async run(
    {
      goal = 'full',
      wave_size: size = DEFAULT_WAVE,
      start_date,
      wave_days: waveDays = DEFAULT_WAVE_DAYS,
      freeze_windows: frozen = [],
      lookback_days: days = DEFAULT_LOOKBACK_DAYS,
    },
    context,
  ) {
    const { pce, signal, clock } = context;
    const startMs = firstDay(start_date, clock.now());
    const freezes = freezeWindows(frozen, clock.now());
    const [listing, active, draft, { query }] = await Promise.all([
      pce.workloads({}, { signal }),
      pce.ruleSets('active', {}, { signal }),
      pce.ruleSets('draft', {}, { signal }),
      trafficQuery({ lookback_days: days }, context),
    ]);
    return withFlows(query, context, async ({ table, coverage }) => {
      const estate = { workloads: listing.items, active: active.items, draft: draft.items };
      const judged = await rolloutApps(table, estate, signal);
      const withAgent = judged.filter(({ managed }) => managed > 0);
      const done = withAgent.filter((one) => toChange(one, goal) === 0);
      const order = rolloutOrder(withAgent.filter((one) => toChange(one, goal) > 0));
      const dates = waveDates(Math.ceil(order.length / size), { startMs, days: waveDays, freezes });
      const items = order.flatMap((one, index): Row[] => {
        const wave = Math.floor(index / size);
        const when = dates[wave];
        return when === undefined ? [] : [rowOf(one, wave + 1, when, goal)];
      });
      const unscored = items.filter((row) => row.readiness_score === undefined).length;
      const [[first], last] = [items, items.at(-1)];
      return {
        answer: [
          `${plural(items.length, 'application')} in ${plural(dates.length, 'wave')} of ${size} to reach ${goal}; ${done.length} there already, ${unscored} without evaluated traffic (last).`,
          ...(first === undefined || last === undefined
            ? []
            : [`First: ${first.app} (${first.env}) on ${first.starts}; the last wave ends ${last.ends}.`]),
        ].join(' '),
        items,
        totals: {
          applications: judged.length,
          planned: items.length,
          done: done.length,
          waves: dates.length,
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
            ...(freezes.length === 0 ? ['change calendars: no freeze_windows were given'] : []),
          ],
        },
        extra: {
          goal,
          wave_size: size,
          wave_days: waveDays,
          ...present({ finishes: last?.ends }),
          ...(freezes.length === 0
            ? {}
            : { freeze_windows: freezes.map((one) => `${dateText(one.firstDayMs)}/${dateText(one.lastDayMs)}`) }),
          done: done.map(({ app, env }) => `${app} (${env})`),
          methodology: METHODOLOGY,
        },
        next: items
          .slice(0, 1)
          .map(({ app, env }) => `simulate-enforcement app_name=${app} env_name=${env} target_mode=${goal}`),
      };
    });
  },
});

type Goal = 'selective' | 'full';

const METHODOLOGY = `Order: infrastructure tier (core, shared, standard), then readiness score, then infrastructure score. Readiness: ${Object.entries(
  READINESS_WEIGHTS,
)
  .map(([what, points]) => `${what} ${points}`)
  .join(
    ', ',
  )}. effort: hosts to change + services without a rule + 1 where no ringfence stands. expected_gain: readiness points that a ringfence and the goal mode add. A wave that would meet a freeze window waits until after it.`;

/** Hosts that are not in the goal mode yet; full is more than selective. */
const toChange = ({ managed, modes }: RolloutApp, goal: Goal): number =>
  managed - modes.full - (goal === 'selective' ? modes.selective : 0);

const rowOf = (one: RolloutApp, wave: number, { firstDayMs, lastDayMs }: WaveDates, goal: Goal): Row => ({
  wave,
  starts: dateText(firstDayMs),
  ends: dateText(lastDayMs),
  app: one.app,
  env: one.env,
  ...present({
    readiness_score: one.readiness,
    infrastructure_score: one.infrastructure?.score,
    tier: one.infrastructure?.tier,
    hub: hubText(one),
  }),
  workloads: one.managed,
  modes: one.modes,
  uncovered: one.uncovered,
  effort: toChange(one, goal) + one.uncovered + (one.hasRingfence ? 0 : 1),
  expected_gain: gain(one.result, goal),
  blockers: one.blockers,
});

/** `1556/tcp to 47 applications`: who else is affected when the application is. */
const hubText = ({ hub }: RolloutApp): string | null =>
  hub === null ? null : `${portText(hub.service.proto, hub.service.port)} to ${plural(hub.reaches, 'application')}`;

/** Points that a ringfence and the goal mode add to the score. */
function gain({ components }: Readiness, goal: Goal): number {
  const mode = goal === 'full' ? READINESS_WEIGHTS.enforcement_mode : READINESS_WEIGHTS.enforcement_mode / 2;
  const points = READINESS_WEIGHTS.ringfence - components.ringfence + Math.max(0, mode - components.enforcement_mode);
  return Math.round(10 * points) / 10;
}
