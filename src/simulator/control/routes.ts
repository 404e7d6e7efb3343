import { isObject } from '../../core/json.ts';
import { faultsCheck } from '../faults/fault.ts';
import type { FaultPlan } from '../faults/plan.ts';
import { notFound } from '../http/refusals.ts';
import { record, text } from '../http/schema.ts';
import { bodyCheck, inputValidation } from '../http/validate.ts';
import { type Limit, LIMIT_NAMES, limitOf, setLimit, usedOf } from '../limits/limits.ts';
import type { TrafficDesk } from '../traffic/desk.ts';
import type { Replays } from '../traffic/replays.ts';
import { type EstateSource, exported } from '../state/document.ts';
import type { WorldState } from '../world-state.ts';
import type { SimulatorClock } from './clock.ts';
import { countNaively } from './count.ts';
import { type ControlRoute, Pieces } from './endpoint.ts';
import type { RequestLog } from './request-log.ts';

export interface Controlled {
  readonly world: WorldState;
  /** What the estate is made of; null when it cannot be said in JSON. */
  readonly source: EstateSource | null;
  readonly clock: SimulatorClock;
  readonly log: RequestLog;
  readonly plan: FaultPlan;
  readonly replays: Replays;
  readonly desk: TrafficDesk;
}

const MINUTE_MS = 60_000;

const jumpCheck = bodyCheck<{ readonly jump_ms: number }>(
  'simulator_clock',
  record({ jump_ms: { type: 'integer', minimum: 0 } }, ['jump_ms']),
);
const replayCheck = bodyCheck<{ readonly from: string; readonly to: string }>(
  'simulator_replay',
  record({ from: text, to: text }, ['from', 'to']),
);

const count = { type: 'integer', minimum: 0 } as const;
const limitsCheck = bodyCheck<Readonly<Record<string, Limit>>>(
  'simulator_limits',
  record(Object.fromEntries(LIMIT_NAMES.map((name) => [name, record({ soft: count, hard: count }, ['soft', 'hard'])]))),
);
const shownLimits = (world: WorldState) =>
  Object.fromEntries(LIMIT_NAMES.map((name) => [name, { ...limitOf(world, name), used: usedOf(world, name) }]));

/** What a test or a demo can do to a running simulator beyond its API. */
export function controlRoutes({ world, source, clock, log, plan, replays, desk }: Controlled): readonly ControlRoute[] {
  const now = () => new Date(clock.now()).toISOString();
  return [
    { method: 'GET', path: '/requests', does: 'the last 10,000 requests', handle: () => ({ requests: log.list() }) },
    {
      method: 'DELETE',
      path: '/requests',
      does: 'empties the request log',
      handle() {
        log.clear();
        return { requests: [] };
      },
    },
    {
      method: 'GET',
      path: '/faults',
      does: 'the faults in force and what they hit',
      handle: () => ({ faults: plan.list() }),
    },
    {
      method: 'POST',
      path: '/faults',
      does: 'adds an array of faults',
      handle: ({ body }) => ({ faults: plan.add(faultsCheck(body)) }),
    },
    {
      method: 'DELETE',
      path: '/faults',
      does: 'removes all faults',
      handle() {
        plan.clear();
        return { faults: [] };
      },
    },
    {
      method: 'DELETE',
      path: '/faults/:id',
      does: 'removes one fault',
      handle({ id }) {
        if (!plan.remove(id)) throw notFound();
        return { faults: plan.list() };
      },
    },
    { method: 'GET', path: '/clock', does: "the simulator's time", handle: () => ({ now: now() }) },
    {
      method: 'POST',
      path: '/clock',
      does: 'puts the clock forward by jump_ms',
      handle({ body }) {
        clock.jump(jumpCheck(body).jump_ms);
        return { now: now() };
      },
    },
    {
      method: 'GET',
      path: '/export',
      does: 'the whole estate as JSON, for --import',
      handle() {
        if (source === null) throw notFound();
        return new Pieces(exported(world, source));
      },
    },
    {
      method: 'GET',
      path: '/limits',
      does: 'object limits and how much of each is used',
      handle: () => ({ limits: shownLimits(world) }),
    },
    {
      method: 'POST',
      path: '/limits',
      does: 'sets object limits by name',
      handle({ body }) {
        for (const [name, limit] of Object.entries(limitsCheck(body))) {
          const known = LIMIT_NAMES.find((own) => own === name);
          if (known && limit) setLimit(world, known, limit);
        }
        return { limits: shownLimits(world) };
      },
    },
    {
      method: 'POST',
      path: '/traffic/count',
      does: 'rows and connections of the body of a traffic query, counted one by one and without max_results',
      handle({ body }) {
        if (!isObject(body))
          throw inputValidation('simulator_count', "The property '#/' did not match the type object");
        return countNaively(body, { world, desk });
      },
    },
    {
      method: 'POST',
      path: '/replay',
      does: 'lets the traffic of a past window happen again now, under the policy as it is now; answers the new window',
      handle({ body }) {
        const given = replayCheck(body);
        const [fromMs, toMs] = [Date.parse(given.from), Date.parse(given.to)];
        if (!(fromMs < toMs && toMs <= clock.now())) {
          throw inputValidation('simulator_replay', 'The window does not lie in the past');
        }
        // Changes made before are in force from the next full minute on; the replay begins then and is over when this answers.
        const atMs = (Math.floor(clock.now() / MINUTE_MS) + 1) * MINUTE_MS;
        const replay = replays.add(fromMs, toMs, atMs);
        clock.jump(replay.toMs - clock.now());
        return { from: new Date(replay.fromMs).toISOString(), to: new Date(replay.toMs).toISOString() };
      },
    },
  ];
}
