import { Failure } from '../../core/errors.ts';
import { type ApiPath, apiPath, type Href } from '../../core/href.ts';
import { isObject } from '../../core/json.ts';
import { untilAborted } from '../cache/single-flight.ts';
import { badAnswer } from '../http/failures.ts';
import type { PceHttp } from '../http/http.ts';
import { ownHref } from '../own-href.ts';
import type { TrafficOptions } from '../view.ts';
import { trafficBody } from './body.ts';
import { gone, openDownload } from './download.ts';
import type { TrafficQuery, TrafficStream } from './query.ts';

const FIRST_POLL_MS = 200;
const POLL_GROWTH = 1.5;
const MAX_POLL_MS = 10_000;
/** Large unfiltered queries take minutes (traffic.md §2.2). */
const DEADLINE_MS = 15 * 60_000;
const CLEAN_UP_DEADLINE_MS = 10_000;

/**
 * Runs a query to its result. It is posted exactly once; when the caller gives up or the deadline passes, it is cancelled and deleted on
 * the PCE. Throws `cancelled`, `timeout`, or what the PCE says of a query that failed or is gone.
 */
export async function runTrafficQuery(
  http: PceHttp,
  query: TrafficQuery,
  { signal, onProgress, onPosted, resume, deadlineMs = DEADLINE_MS }: TrafficOptions = {},
): Promise<TrafficStream> {
  const deadline = http.clock.now() + deadlineMs;
  if (signal?.aborted === true) throw new Failure('cancelled');
  const posted = resume === undefined ? await post(http, query, signal) : queryHref(resume, http.orgId);
  onPosted?.(posted);
  try {
    const ended = (state: QueryState): boolean => state.status === 'completed';
    const { flowsCount, matchesCount } = await waitFor(http, posted, { deadline, signal, onProgress, until: ended });
    if (query.draftDecisions === true) await judgeByDraft(http, posted, { deadline, signal, onProgress });
    return {
      href: posted,
      flowsCount,
      matchesCount,
      open: (openSignal) => openDownload(http, posted, flowsCount, openSignal ?? signal),
      discard: () => remove(http, posted),
    };
  } catch (error) {
    // In the background: who gave up does not wait for the cleaning up.
    inBackground(http, cancel(http, posted));
    throw error;
  }
}

async function post(http: PceHttp, query: TrafficQuery, signal: AbortSignal | undefined): Promise<Href> {
  // The POST itself is not aborted: without its answer the query could not be found again, and would run on.
  const posting = http.send({ method: 'POST', path: queriesPath(http), body: trafficBody(query) }).then(({ json }) => {
    const state = readState(http, json);
    return state.href === null ? missing('an href') : { ...state, href: state.href };
  });
  try {
    await untilAborted(posting, signal);
  } catch (error) {
    const cancelling = posting.then(({ href: posted }) => cancel(http, posted));
    inBackground(
      http,
      cancelling.catch(() => {}),
    );
    throw error;
  }
  return (await posting).href;
}

interface Waiting extends Pick<TrafficOptions, 'signal' | 'onProgress'> {
  readonly deadline: number;
}

/** Has the PCE judge every row by the draft policy as it is now (traffic.md §2.9). */
async function judgeByDraft(http: PceHttp, posted: Href, waiting: Waiting): Promise<void> {
  await http.send({ method: 'PUT', path: apiPath`${posted}/update_rules`, body: {}, signal: waiting.signal });
  await waitFor(http, posted, { ...waiting, until: ({ rules }) => rules === 'completed' });
}

async function waitFor(
  http: PceHttp,
  posted: Href,
  { deadline, signal, onProgress, until }: Waiting & { readonly until: (state: QueryState) => boolean },
): Promise<QueryState> {
  for (let waitMs = FIRST_POLL_MS; ; waitMs = Math.min(waitMs * POLL_GROWTH, MAX_POLL_MS)) {
    const leftMs = deadline - http.clock.now();
    if (leftMs <= 0) throw new Failure('timeout', { detail: { query: posted } });
    await http.pause(Math.min(waitMs, leftMs), signal);
    const { json } = await http.send({ method: 'GET', path: apiPath`${posted}`, signal }).catch(gone);
    const state = readState(http, json);
    if (STOPPED.has(state.status)) throw stopped(state, posted);
    onProgress?.(state.status === 'completed' ? 'completed' : state.status === 'queued' ? 'queued' : 'working');
    if (until(state)) return state;
  }
}

/** Every word a query may end with but `completed` (traffic.md §2.2, §16.2); any other means that it still runs. */
const STOPPED: ReadonlySet<string> = new Set(['failed', 'cancel_requested', 'cancelled', 'canceled']);

function stopped({ status, message }: QueryState, query: Href): Failure {
  if (status === 'failed')
    return new Failure('pce_unavailable', {
      message: `The PCE could not finish the traffic query: ${message ?? 'no reason given'}`,
      remedy: 'Narrow the question (shorter window, one application) or try again.',
      detail: { query },
    });
  return new Failure('cancelled', { message: 'The traffic query was cancelled on the PCE.', detail: { query } });
}

interface QueryState {
  readonly href: Href | null;
  readonly status: string;
  readonly flowsCount: number | null;
  readonly matchesCount: number | null;
  /** Where the judging by the draft stands, once it was asked for. */
  readonly rules: string | null;
  /** `result` is text on success and may be an object with a message on failure. */
  readonly message: string | null;
}

function readState({ orgId }: PceHttp, json: unknown): QueryState {
  if (!isObject(json)) throw badAnswer('The PCE sent a traffic query that is not an object.');
  const { href: own, status, flows_count: flows, matches_count: matches, result, rules } = json;
  if (typeof status !== 'string') throw badAnswer('The PCE sent a traffic query without "status".');
  const message = isObject(result) && typeof result.message === 'string' ? result.message.slice(0, 200) : null;
  return {
    href: typeof own === 'string' ? queryHref(own, orgId) : null,
    status,
    flowsCount: typeof flows === 'number' ? flows : null,
    matchesCount: typeof matches === 'number' ? matches : null,
    rules:
      typeof rules === 'string' ? rules : isObject(rules) && typeof rules.status === 'string' ? rules.status : null,
    message,
  };
}

/** Only a query of this org can be polled, downloaded and deleted with its credentials (attack 32). */
function queryHref(text: string, orgId: string): Href {
  const value = ownHref(text, orgId);
  return value?.startsWith(`/orgs/${orgId}/traffic_flows/async_queries/`) ? value : missing('an href of its own');
}

function missing(what: string): never {
  throw badAnswer(`The PCE sent a traffic query without ${what}.`);
}

const queriesPath = ({ orgId }: PceHttp): ApiPath => apiPath`/orgs/${orgId}/traffic_flows/async_queries`;

/** Not in any guide; published with the schemas of 25.2 and 26.3. */
export const CANCELLATION = { status: 'cancel_requested' } as const;

/** What is being cancelled over a connection. */
const cleaning = new WeakMap<PceHttp, Set<Promise<void>>>();

function inBackground(http: PceHttp, cancelling: Promise<void>): void {
  const running = cleaning.get(http) ?? new Set();
  cleaning.set(http, running);
  running.add(cancelling);
  void cancelling.then(() => running.delete(cancelling));
}

/** Resolves when the queries that were given up are cancelled on the PCE, or the PCE has had so much time for it. */
export async function cleanedUp(http: PceHttp, withinMs: number): Promise<void> {
  // What gave up a moment ago gets to its cleaning up in this turn.
  await new Promise(setImmediate);
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, withinMs);
  const running: Iterable<Promise<void>> = cleaning.get(http) ?? [];
  await Promise.race([Promise.all(running), late]);
  clearTimeout(timer);
}

/** Never throws: queries expire by themselves after a day. */
async function cancel(http: PceHttp, query: Href): Promise<void> {
  const path = apiPath`${query}`;
  await http.send({ method: 'PUT', path, body: CANCELLATION, deadlineMs: CLEAN_UP_DEADLINE_MS }).catch(() => {});
  await remove(http, query);
}

async function remove(http: PceHttp, query: Href): Promise<void> {
  const path = apiPath`${query}`;
  await http.send({ method: 'DELETE', path, deadlineMs: CLEAN_UP_DEADLINE_MS }).catch(() => {});
}
