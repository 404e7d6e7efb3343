import { randomUUID } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import type { Href } from '../../core/href.ts';
import { scopeTest } from '../auth/scope.ts';
import type { Caller } from '../world.ts';
import type { WorldState } from '../world-state.ts';
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
  post(question: TrafficQuestion, asked: { readonly body: unknown; readonly caller: Caller }): TrafficQuery;
  /** A question as it would be answered now, without a query object; `caller` null sees everything. */
  ask(question: TrafficQuestion, caller: Caller | null): Result;
  find(id: string, caller: Caller): TrafficQuery | undefined;
  list(caller: Caller): readonly TrafficQuery[];
  /** False when the query was neither queued nor working. */
  cancel(query: TrafficQuery): boolean;
  remove(query: TrafficQuery): void;
  /** Forgets a query as if its day were over. */
  expire(id: string): void;
  updateRules(query: TrafficQuery): void;
}

/** A query as it is kept: what it asks, who asks, and when what happened to it. Its rows are made again from that (`queryRow`). */
interface QueryRow {
  readonly parameters: unknown;
  readonly caller: Caller;
  /** The checked question as text: it holds numbers of IPv6 addresses. */
  readonly question: string;
  readonly createdMs: number;
  readonly cancelledMs: number | null;
  readonly rulesMs: number | null;
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

export function createDesk(world: WorldState, replays: Replays, delays: TrafficDelays): TrafficDesk {
  const { clock } = world;
  const rows = world.tables.open<QueryRow>('traffic_queries');
  const queries = new Map<string, Running>();
  const view = viewer(world);
  // One query is counted at a time, as on a PCE whose traffic workers are busy; the others wait.
  let line: Promise<void> = Promise.resolve();

  const ask = (question: TrafficQuestion, caller: Caller | null, nowMs = clock.now()): Result => {
    const toMs = Math.min(question.toMs, nowMs);
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
      sees: caller && visibleTo(world, caller),
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
    rows.delete(id);
  };

  const idOf = (query: TrafficQuery): string => query.href.slice(query.href.lastIndexOf('/') + 1);

  const start = (id: string, row: QueryRow, question: TrafficQuestion): Running => {
    const { caller, parameters, createdMs, cancelledMs } = row;
    const query = run(clock, delays, {
      href: `/orgs/${world.orgId}/traffic_flows/async_queries/${id}` as Href,
      owner: caller.href,
      parameters,
      createdMs,
      question: ask(question, caller, createdMs),
      wait: (work) => {
        line = line.then(work);
      },
    });
    query.state.cancelledMs = cancelledMs;
    if (cancelledMs !== null) query.abort.abort();
    queries.set(id, query);
    return query;
  };

  const keep = (query: Running, change: Partial<QueryRow>): void => {
    const row = rows.get(idOf(query));
    if (row) rows.set(idOf(query), { ...row, ...change });
  };

  const coverRules = (running: Running, ms: number): void => {
    running.state.rulesMs = ms;
    // The draft as it is now: a later edit needs another call (traffic.md §2.9).
    const coverage = draftReporter(world.policy('draft'));
    running.state.draft = ({ row, src, dst }) => coverage(questionOf(row, { src, dst }));
  };

  // After a restart queries are counted again, and rule coverage is that of the draft as it is then.
  for (const [id, row] of rows.entries()) {
    const query = start(id, row, questionFrom(row.question));
    if (row.rulesMs !== null) coverRules(query, row.rulesMs);
  }

  return {
    ask: (question, caller) => ask(question, caller),
    post(question, { body, caller }) {
      sweep();
      const id = randomUUID();
      const row: QueryRow = {
        parameters: body,
        caller,
        question: textOf(question),
        createdMs: clock.now(),
        cancelledMs: null,
        rulesMs: null,
      };
      rows.set(id, row);
      return start(id, row, question);
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
      keep(running, { cancelledMs: running.state.cancelledMs });
      running.abort.abort();
      return true;
    },
    remove: (query) => forget(idOf(query)),
    expire: forget,
    updateRules(query) {
      const running = queries.get(idOf(query));
      if (!running) return;
      coverRules(running, clock.now());
      keep(running, { rulesMs: running.state.rulesMs });
    },
  };
}

/** A caller with a scope sees the flows of the workloads in it (traffic.md §2.11). */
function visibleTo(world: WorldState, caller: Caller): Visible | null {
  if (caller.scope.length === 0) return null;
  const covers = scopeTest(world, caller);
  return ({ record }) => covers(record.labels);
}

const BIG = /^-?\d+n$/;

const textOf = (question: TrafficQuestion): string =>
  JSON.stringify(question, (_key, value: unknown) => (typeof value === 'bigint' ? { big: `${value}n` } : value));

/** What `textOf` wrote. */
const questionFrom = (text: string): TrafficQuestion =>
  JSON.parse(text, (_key, value: unknown) => {
    const big = typeof value === 'object' && value !== null && 'big' in value ? value.big : null;
    return typeof big === 'string' && BIG.test(big) ? BigInt(big.slice(0, -1)) : value;
  }) as TrafficQuestion;

interface Order {
  readonly href: Href;
  readonly owner: string;
  readonly parameters: unknown;
  readonly createdMs: number;
  readonly question: Result;
  readonly wait: (work: () => Promise<void>) => void;
}

function run(
  clock: Clock,
  delays: TrafficDelays,
  { href, owner, parameters, createdMs, question, wait }: Order,
): Running {
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
