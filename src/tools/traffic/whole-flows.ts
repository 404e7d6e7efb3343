import { Failure } from '../../core/errors.ts';
import type { Href } from '../../core/href.ts';
import type { TrafficQuery, TrafficStream } from '../../pce/traffic/query.ts';
import { type QueryPart, splitQuery, wholeQuery } from '../../pce/traffic/split.ts';
import type { PceView } from '../../pce/view.ts';
import type { FlowCollection, FlowTables, RemoteFlowTable } from '../../work/flows.ts';
import { MAX_ROWS } from './filters.ts';

/** Rows of one table; 150 bytes each in memory. */
export const MAX_TABLE_ROWS = 2_000_000;
/** Queries one question may cost the PCE. */
const MAX_QUERIES = 100;
/** Queries that run on the PCE at the same time; a script limits itself to 10 with success (traffic.md §2.10). */
const AT_ONCE = 3;

export interface WholeFlows {
  readonly table: RemoteFlowTable;
  /** The query as it was asked. */
  readonly query: TrafficQuery;
  /** Rows the PCE announced and did not send. */
  readonly missing: number;
  /** Parts of the question that were not read, and why. */
  readonly unread: readonly string[];
  /** True: as many rows came as were allowed, and there may be more. */
  readonly capped: boolean;
  /** True: flows that lasted over a cut in time are counted on both sides. */
  readonly upperBounds: boolean;
  readonly queries: number;
  /** Raw observations before the PCE aggregated them, where it says; reported, never acted on. */
  readonly rawObservations: number | null;
}

export interface ReadOptions {
  readonly signal: AbortSignal;
  readonly progress: (message: string, done?: number, total?: number) => void;
  readonly onPosted: (query: Href) => void;
  readonly resume: Href | undefined;
}

interface Tally {
  missing: number;
  queries: number;
  rows: number;
  upperBounds: boolean;
  capped: boolean;
  rawObservations: number | null;
}

/**
 * Every row of `query` in one table. A result with as many rows as a PCE sends at most is asked again in parts; a lower `maxResults` is
 * the caller's own wish and cuts. A part that fails is named; when the question itself fails, or all of its parts do, so does this.
 */
export async function readWhole(
  query: TrafficQuery,
  { pce, flows }: { readonly pce: PceView; readonly flows: FlowTables },
  options: ReadOptions,
): Promise<WholeFlows> {
  const rows = flows.collect();
  const tally: Tally = { missing: 0, queries: 0, rows: 0, upperBounds: false, capped: false, rawObservations: null };
  try {
    const unread: string[] = [];
    const whole = wholeQuery(query);
    const more = await readPart(whole, { pce, rows, tally, mayCap: query.maxResults < MAX_ROWS }, options);
    if (more !== null) await readParts(more, { pce, rows, tally, unread }, options);
    const table = await rows.finish(options.signal);
    const { missing, upperBounds, capped, queries, rawObservations } = tally;
    return { table, query, missing, unread, upperBounds, capped, queries, rawObservations };
  } catch (error) {
    rows.close();
    throw error;
  }
}

interface Reading {
  readonly pce: PceView;
  readonly rows: FlowCollection;
  readonly tally: Tally;
}

/** Reads one query into the table; the parts to read in its place when the cap cut it, null when it was read. */
async function readPart(
  part: QueryPart,
  { pce, rows, tally, mayCap }: Reading & { readonly mayCap: boolean },
  { signal, progress, onPosted, resume }: ReadOptions,
): Promise<readonly QueryPart[] | null> {
  const { maxResults } = part.query;
  const parts = mayCap ? null : splitQuery(part);
  tally.queries += 1;
  progress(part.name === '' ? 'Asking the PCE for traffic' : `Asking the PCE for traffic: ${part.name}`);
  const stream = await ask(pce, part.query, {
    signal,
    onPosted,
    resume,
    onProgress: (state) => progress(`Traffic query ${state}`),
  });
  try {
    if (part.name === '') tally.rawObservations = stream.matchesCount;
    // The PCE says that it cut: what it would send is read again in parts anyway.
    if (parts !== null && stream.flowsCount === maxResults) return parts;
    const count = await download(rows, stream, {
      signal,
      onRows: (read) =>
        progress('Reading flow rows', read, stream.flowsCount === null ? undefined : tally.rows + stream.flowsCount),
      keep: (read) => parts === null || read !== maxResults,
    });
    if (parts !== null && count === maxResults) return parts;
    tally.rows += count;
    tally.capped ||= count === maxResults;
    tally.missing += Math.max(0, (stream.flowsCount ?? 0) - count);
    tally.upperBounds ||= part.overlaps;
    return null;
  } finally {
    await stream.discard();
  }
}

async function ask(
  pce: PceView,
  query: TrafficQuery,
  options: Parameters<PceView['traffic']>[1],
): Promise<TrafficStream> {
  try {
    return await pce.traffic(query, options);
  } catch (error) {
    // The query of the call before is gone: a day is over, or somebody deleted it. Asked anew it has the same window.
    if (options?.resume === undefined || !(error instanceof Failure) || error.code !== 'pce_not_found') throw error;
    return pce.traffic(query, { ...options, resume: undefined });
  }
}

const MAY_PASS: ReadonlySet<string> = new Set(['pce_bad_answer', 'pce_unreachable', 'pce_unavailable']);

/** A download that broke is opened once more: the result still stands on the PCE. */
async function download(
  rows: FlowCollection,
  stream: TrafficStream,
  options: Parameters<FlowCollection['add']>[1],
): Promise<number> {
  try {
    return await rows.add(stream, options);
  } catch (error) {
    if (!(error instanceof Failure) || !MAY_PASS.has(error.code)) throw error;
    return rows.add(stream, options);
  }
}

/** Reads parts, a few at a time, and the parts of those that are cut again. */
async function readParts(
  first: readonly QueryPart[],
  { unread, ...reading }: Reading & { readonly unread: string[] },
  options: ReadOptions,
): Promise<void> {
  const { tally } = reading;
  const waiting = [...first];
  const failures: Failure[] = [];
  let done = 0;

  async function readNext(): Promise<void> {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      if (tally.rows >= MAX_TABLE_ROWS || tally.queries >= MAX_QUERIES) {
        unread.push(`${part.name}: the question is too large to be read whole, narrow it`);
        continue;
      }
      try {
        const nested = { ...options, resume: undefined, onPosted: () => undefined };
        const more = await readPart(part, { ...reading, mayCap: tally.queries >= MAX_QUERIES - AT_ONCE }, nested);
        if (more === null) done += 1;
        else waiting.unshift(...more);
      } catch (error) {
        if (options.signal.aborted || !(error instanceof Failure) || error.code === 'cancelled') throw error;
        failures.push(error);
        unread.push(`${part.name}: ${error.message}`);
      }
    }
  }

  await Promise.all(Array.from({ length: AT_ONCE }, readNext));
  if (done === 0 && failures[0] !== undefined) throw failures[0];
}
