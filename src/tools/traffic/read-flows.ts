import type { Coverage, PendingQuery } from '../../answer/answer.ts';
import { digestOf } from '../../answer/canonical.ts';
import { Unfinished } from '../../answer/unfinished.ts';
import { Failure } from '../../core/errors.ts';
import type { Href } from '../../core/href.ts';
import type { TrafficQuery } from '../../pce/traffic/query.ts';
import type { FlowTables, RemoteFlowTable } from '../../work/flows.ts';
import { createShelf, type Lease, type Shelf } from '../../work/shelf.ts';
import type { ToolContext } from '../tool.ts';
import { MAX_TABLE_ROWS, readWhole, type WholeFlows } from './whole-flows.ts';

export interface Flows {
  readonly table: RemoteFlowTable;
  readonly coverage: Coverage;
  /** Raw observations before the PCE aggregated them, where it says; reported, never acted on. */
  readonly rawObservations: number | null;
  /** True: counts are at most what they say (a flow that lasted over a cut in time counts twice). */
  readonly upperBounds: boolean;
}

/** How long a table stays for the next question over the same rows. */
const KEEP_MS = 120_000;
/** Rows of all tables nobody is asking, together: about 150 MB. */
const KEPT_ROWS = 1_000_000;
/** Who is out of patience still waits for the query to be posted: without its href there is nothing to go on with. */
const POSTED_WITHIN_MS = 10_000;

interface Listener {
  readonly progress: ToolContext['progress'];
  readonly posted: (query: Href) => void;
  readonly isShared: () => boolean;
}

/** A question on its way to its rows. */
interface Running {
  /** The PCE's query; another one where the first was gone. */
  query: Href | undefined;
  readonly posted: PromiseWithResolvers<void>;
  /** The callers who wait, and what they want to be told. */
  readonly listeners: Set<Listener>;
  /** Somebody went away with the query's href, to go on with it here or at another server. */
  handedOut: boolean;
}

interface Desk {
  readonly shelf: Shelf<WholeFlows>;
  readonly running: Map<string, Running>;
}

const desks = new WeakMap<FlowTables, Desk>();

function deskOf(flows: FlowTables): Desk {
  const known = desks.get(flows);
  if (known !== undefined) return known;
  const shelf = createShelf<WholeFlows>({
    keepMs: KEEP_MS,
    capacity: KEPT_ROWS,
    weigh: ({ table }) => table.totals.rows,
    dispose: ({ table }) => table.close(),
  });
  const desk = { shelf, running: new Map<string, Running>() };
  desks.set(flows, desk);
  return desk;
}

/**
 * What makes two questions the same. A window that ends now is the same as one that ended a moment ago: the coverage tells which one was
 * read. After a write through this server everything is another question: labels and policy may have changed.
 */
function keyOf({ start, end, ...query }: TrafficQuery, { pce, clock }: ToolContext): string {
  const nowMs = Math.floor(clock.now() / 1_000) * 1_000;
  const window = Date.parse(end) === nowMs ? { lastMs: nowMs - Date.parse(start) } : { start, end };
  return digestOf([pce.identity, pce.writes(), { ...query, name: '' }, window]);
}

/** What a query asks, the same on every server: a cursor and a task bind the PCE's own query to it. */
const questionOf = (query: TrafficQuery): string => digestOf({ ...query, name: '' });

async function take(query: TrafficQuery, context: ToolContext): Promise<Lease<WholeFlows>> {
  const { pce, flows, signal, patience, progress, onQuery, isShared = () => false } = context;
  const key = keyOf(query, context);
  const question = questionOf(query);
  const resume = context.continues?.find((pending) => pending.question === question)?.query;
  const { shelf, running } = deskOf(flows);
  const mine: Running = running.get(key) ?? newRunning();
  const listener: Listener = { progress, posted: (posted) => onQuery?.({ question, query: posted }), isShared };
  if (mine.query !== undefined) listener.posted(mine.query);
  mine.listeners.add(listener);
  const make = async (shared: AbortSignal): Promise<WholeFlows> => {
    running.set(key, mine);
    const tell: ToolContext['progress'] = (...step) => mine.listeners.forEach((one) => one.progress(...step));
    const onPosted = (posted: Href): void => {
      mine.query = posted;
      mine.posted.resolve();
      mine.listeners.forEach((one) => one.posted(posted));
    };
    try {
      const isKept = (): boolean => mine.handedOut || [...mine.listeners].some((one) => one.isShared());
      return await readWhole(query, { pce, flows }, { signal: shared, progress: tell, resume, onPosted, isKept });
    } finally {
      if (running.get(key) === mine) running.delete(key);
    }
  };
  try {
    const lease = await shelf.take(key, make, { signal, patience });
    if (lease !== null) return lease;
    mine.handedOut = true;
  } finally {
    mine.listeners.delete(listener);
  }
  const late = new Promise<void>((resolve) => setTimeout(resolve, POSTED_WITHIN_MS).unref());
  await Promise.race([mine.posted.promise, late]);
  if (mine.query === undefined) throw new Failure('timeout');
  throw stillRunning(query, [{ question, query: mine.query }]);
}

const newRunning = (): Running => ({
  query: undefined,
  posted: Promise.withResolvers<void>(),
  listeners: new Set(),
  handedOut: false,
});

const stillRunning = (
  { start, end, maxResults, decisions }: TrafficQuery,
  queries: readonly PendingQuery[],
): Unfinished =>
  new Unfinished(
    {
      answer: 'The PCE is still working on the traffic query; nothing of it has been answered yet.',
      totals: {},
      coverage: {
        window: { start, end },
        rows_read: 0,
        row_cap: maxResults,
        truncated: true,
        decisions: decisions.length === 0 ? ALL_DECISIONS : decisions,
        gaps: ['everything: the traffic query is still running'],
      },
      next: ['Repeat the call, with its cursor where there is one: it goes on with the same query.'],
    },
    queries,
  );

/**
 * Runs `query` and gives `ask` the table of its rows, with the coverage that belongs to it. Equal questions share one download. A query
 * the PCE has not finished in time ends the call with a cursor that goes on with it.
 */
export async function withFlows<Result>(
  query: TrafficQuery,
  context: ToolContext,
  ask: (flows: Flows) => Promise<Result>,
): Promise<Result> {
  const lease = await take(query, context);
  try {
    context.progress('Summarising');
    return await ask(flowsOf(lease.value));
  } finally {
    lease.release();
  }
}

/** The same for two queries, which run at the same time. */
export async function withBothFlows<Result>(
  [first, second]: readonly [TrafficQuery, TrafficQuery],
  context: ToolContext,
  ask: (first: Flows, second: Flows) => Promise<Result>,
): Promise<Result> {
  const failed = new AbortController();
  const either = { ...context, signal: AbortSignal.any([context.signal, failed.signal]) };
  const taking = [first, second].map((query) =>
    take(query, either).catch((error: unknown) => {
      // Without one of the two there is no answer: the other need not be waited for.
      if (!(error instanceof Unfinished)) failed.abort();
      throw error;
    }),
  );
  const [one, other] = await Promise.allSettled(taking);
  try {
    if (one?.status !== 'fulfilled' || other?.status !== 'fulfilled') throw whyNotBoth([one, other]);
    context.progress('Comparing');
    return await ask(flowsOf(one.value.value), flowsOf(other.value.value));
  } finally {
    for (const lease of [one, other]) if (lease?.status === 'fulfilled') lease.value.release();
  }
}

/** The failure of one, before that the other was given up for it; where nothing failed, that not all is finished. */
function whyNotBoth(outcomes: readonly (PromiseSettledResult<unknown> | undefined)[]): unknown {
  const reasons: readonly unknown[] = outcomes.flatMap((one) => (one?.status === 'rejected' ? [one.reason] : []));
  const unfinished = reasons.filter((reason) => reason instanceof Unfinished);
  const [first] = unfinished;
  if (first === undefined || unfinished.length < reasons.length)
    return (
      reasons.find((reason) => !(reason instanceof Unfinished) && !isCancelled(reason)) ?? reasons.find(isCancelled)
    );
  return new Unfinished(
    first.answer,
    unfinished.flatMap(({ answer }) => answer.continues ?? []),
  );
}

const isCancelled = (reason: unknown): boolean => reason instanceof Failure && reason.code === 'cancelled';

const ALL_DECISIONS = ['allowed', 'potentially_blocked', 'blocked', 'unknown'];

const flowsOf = (whole: WholeFlows): Flows => ({
  table: whole.table,
  coverage: flowCoverage(whole),
  rawObservations: whole.rawObservations,
  upperBounds: whole.upperBounds,
});

/** A cap was hit when and only when as many rows arrived as were allowed. */
function flowCoverage({ table, query, missing, unread, capped, upperBounds, queries }: WholeFlows): Coverage {
  const { decisions, maxResults, start, end } = query;
  const rows = table.totals.rows;
  const asked = decisions.length === 0 ? ALL_DECISIONS : decisions;
  const left = ALL_DECISIONS.filter((decision) => !asked.some((one) => one === decision));
  return {
    window: { start, end },
    rows_read: rows,
    row_cap: queries === 1 ? maxResults : MAX_TABLE_ROWS,
    truncated: capped || missing > 0 || unread.length > 0,
    decisions: asked,
    gaps: [
      ...unread,
      ...(capped
        ? [`rows beyond max_results (${maxResults}), if there are more: narrow the window or the filters`]
        : []),
      ...(missing > 0 ? [`${missing} of ${rows + missing} rows that the PCE announced and did not send`] : []),
      ...(upperBounds
        ? [
            'exact counts: the window had to be cut, and flows that lasted over a cut are counted on both sides; counts are upper bounds',
          ]
        : []),
      ...(left.length === 0 ? [] : [`flows that were ${left.join(', ')}`]),
    ],
  };
}
