import { randomUUID } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import type { Href } from '../../core/href.ts';
import type { Caller, World } from '../world.ts';
import { CHOICES } from '../choices.ts';
import { draftReporter } from './judge.ts';
import { rowTest } from './match.ts';
import { questionOf } from './observe.ts';
import { count, type Result, type Visible } from './result.ts';
import { partsOf } from './parts.ts';
import type { TrafficQuestion } from './question.ts';
import type { Replays } from './replays.ts';
import { viewer } from './view.ts';

/** How long a query stays in each state at least, by the simulator's clock. */
export interface TrafficDelays {
  readonly queuedMs: number;
  readonly workingMs: number;
  /** How long `update_rules` takes. */
  readonly rulesMs: number;
}

export const DEFAULT_DELAYS: TrafficDelays = { queuedMs: 50, workingMs: 100, rulesMs: 100 };

export type QueryStatus = 'queued' | 'working' | 'completed' | 'failed' | 'cancel_requested';

export interface TrafficQuery {
  readonly href: Href;
  readonly owner: string;
  /** The body as it was posted. */
  readonly parameters: unknown;
  readonly createdMs: number;
  /** What its download is made of, with draft decisions once rule coverage has been asked for. */
  result(): Result;
  status(): QueryStatus;
  /** When it got into its present state. */
  updatedMs(): number;
  counts(): { readonly matches: number; readonly flows: number } | null;
  /** `working` or `completed` once rule coverage has been asked for. */
  rules(): 'working' | 'completed' | null;
}

/** The asynchronous traffic queries of one simulator (traffic.md §2.2). */
export interface TrafficDesk {
  post(
    question: TrafficQuestion,
    asked: { readonly body: unknown; readonly caller: Caller; readonly sees: Visible | null },
  ): TrafficQuery;
  /** A question as it would be answered now, without a query object. */
  ask(question: TrafficQuestion, sees: Visible | null): Result;
  find(id: string, caller: Caller): TrafficQuery | undefined;
  list(caller: Caller): readonly TrafficQuery[];
  /** False when the query was neither queued nor working. */
  cancel(query: TrafficQuery): boolean;
  remove(query: TrafficQuery): void;
  /** Forgets a query as if its day were over. */
  expire(id: string): void;
  updateRules(query: TrafficQuery): void;
}

interface State {
  readyMs: number | null;
  cancelledMs: number | null;
  rulesMs: number | null;
  draft: Result['draft'];
}

interface Running extends TrafficQuery {
  readonly abort: AbortController;
  readonly state: State;
}

export function createDesk(world: World, replays: Replays, delays: TrafficDelays): TrafficDesk {
  const { clock } = world;
  const queries = new Map<string, Running>();
  const view = viewer(world);
  // One query is counted at a time, as on a PCE whose traffic workers are busy; the others wait.
  let line: Promise<void> = Promise.resolve();

  const ask = (question: TrafficQuestion, sees: Visible | null): Result => {
    const toMs = Math.min(question.toMs, clock.now());
    const fromMs = Math.max(question.fromMs, world.estate.traffic.oldestMs);
    const seen = view();
    // What was reported before the start stays as it was; only a changed level makes the start an edge.
    const cuts = seen.levelsChanged ? [world.estate.nowMs] : [];
    return {
      world,
      view: seen,
      parts: partsOf(world, replays, { fromMs, toMs, cuts }),
      question,
      matches: rowTest(question, world),
      lists: world.policy('active'),
      sees,
      draft: null,
    };
  };

  const sweep = (): void => {
    for (const [id, { createdMs, state }] of queries) {
      const { cancelledMs } = state;
      const over =
        cancelledMs === null ? createdMs + CHOICES.trafficResultLifeMs : cancelledMs + CHOICES.trafficCancelledLifeMs;
      if (clock.now() >= over) forget(id);
    }
  };

  const forget = (id: string): void => {
    queries.get(id)?.abort.abort();
    queries.delete(id);
  };

  const idOf = (query: TrafficQuery): string => query.href.slice(query.href.lastIndexOf('/') + 1);

  return {
    ask,
    post(question, { body, caller, sees }) {
      sweep();
      const id = randomUUID();
      const query = run(clock, delays, {
        href: `/orgs/${world.orgId}/traffic_flows/async_queries/${id}` as Href,
        owner: caller.href,
        parameters: body,
        question: ask(question, sees),
        wait: (work) => {
          line = line.then(work);
        },
      });
      queries.set(id, query);
      return query;
    },
    find(id, caller) {
      sweep();
      const query = queries.get(id);
      return query?.owner === caller.href ? query : undefined;
    },
    list(caller) {
      sweep();
      return [...queries.values()].filter(({ owner }) => owner === caller.href).reverse();
    },
    cancel(query) {
      const running = queries.get(idOf(query));
      const status = query.status();
      if (!running || (status !== 'queued' && status !== 'working')) return false;
      running.state.cancelledMs = clock.now();
      running.abort.abort();
      return true;
    },
    remove: (query) => forget(idOf(query)),
    expire: forget,
    updateRules(query) {
      const running = queries.get(idOf(query));
      if (!running) return;
      running.state.rulesMs = clock.now();
      // The draft as it is now: a later edit needs another call (traffic.md §2.9).
      const coverage = draftReporter(world.policy('draft'));
      running.state.draft = ({ row, src, dst }) => coverage(questionOf(row, { src, dst }));
    },
  };
}

interface Order {
  readonly href: Href;
  readonly owner: string;
  readonly parameters: unknown;
  readonly question: Result;
  readonly wait: (work: () => Promise<void>) => void;
}

function run(clock: Clock, delays: TrafficDelays, { href, owner, parameters, question, wait }: Order): Running {
  const createdMs = clock.now();
  const abort = new AbortController();
  const state: State = { readyMs: null, cancelledMs: null, rulesMs: null, draft: null };
  let counts: { readonly matches: number; readonly flows: number } | null = null;
  let failed = false;

  wait(async () => {
    try {
      counts = await count(question, abort.signal);
    } catch (error) {
      failed = true;
      if (!abort.signal.aborted) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    }
    state.readyMs = clock.now();
  });

  const doneMs = () => Math.max(state.readyMs ?? 0, createdMs + delays.queuedMs + delays.workingMs);
  const status = (): QueryStatus => {
    const now = clock.now();
    if (state.cancelledMs !== null) return 'cancel_requested';
    if (now < createdMs + delays.queuedMs) return 'queued';
    if (state.readyMs === null || now < doneMs()) return 'working';
    return failed ? 'failed' : 'completed';
  };
  const rules = (): 'working' | 'completed' | null => {
    if (state.rulesMs === null) return null;
    return clock.now() < state.rulesMs + delays.rulesMs ? 'working' : 'completed';
  };
  return {
    href,
    owner,
    parameters,
    createdMs,
    abort,
    state,
    result: () => ({ ...question, draft: rules() === 'completed' ? state.draft : null }),
    status,
    counts: () => counts,
    updatedMs() {
      switch (status()) {
        case 'queued':
          return createdMs;
        case 'working':
          return createdMs + delays.queuedMs;
        case 'cancel_requested':
          return state.cancelledMs ?? createdMs;
        default:
          return Math.max(doneMs(), state.rulesMs ?? 0);
      }
    },
    rules,
  };
}
