import { Failure } from '../../core/errors.ts';
import type { Href } from '../../core/href.ts';
import type { TrafficQuery, TrafficStream } from '../../pce/traffic/query.ts';
import {
  type QueryPart,
  type QuerySample,
  splitByDecision,
  splitBySample,
  wholeQuery,
} from '../../pce/traffic/split.ts';
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
  /** True where another server may be reading the same query: then it stays on the PCE, which forgets it after a day. */
  readonly isKept: () => boolean;
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
    const reading = { pce, flows, rows, tally, unread };
    const more = await readPart(wholeQuery(query), { ...reading, mayCap: query.maxResults < MAX_ROWS }, options);
    if (more !== null) await readParts(more, reading, options);
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
  readonly flows: FlowTables;
  readonly rows: FlowCollection;
  readonly tally: Tally;
  /** Parts that were not read, and why. */
  readonly unread: string[];
}

/** Reads one query into the table; the parts to read in its place when the cap cut it, null when it was read. */
async function readPart(
  part: QueryPart,
  { pce, flows, rows, tally, unread, mayCap }: Reading & { readonly mayCap: boolean },
  { signal, progress, onPosted, resume, isKept }: ReadOptions,
): Promise<readonly QueryPart[] | null> {
  const { maxResults } = part.query;
  tally.queries += 1;
  progress(part.name === '' ? 'Asking the PCE for traffic' : `Asking the PCE for traffic: ${part.name}`);
  const onProgress = (state: string): void => progress(`Traffic query ${state}`);
  const stream = await ask(pce, part.query, { signal, onPosted, resume, onProgress });
  const { flowsCount } = stream;
  const total = flowsCount === null ? undefined : tally.rows + flowsCount;
  const onRows = (count: number): void => progress('Reading flow rows', count, total);
  const read = (keep: (count: number) => boolean) => twice(() => rows.add(stream, { signal, onRows, keep }));

  function settle(count: number): null {
    tally.rows += count;
    tally.missing += Math.max(0, (flowsCount ?? 0) - count);
    tally.upperBounds ||= part.overlaps;
    if (count === maxResults && part.name === '') tally.capped = true;
    else if (count === maxResults)
      unread.push(`${part.name}: rows beyond ${maxResults}, which nothing divides any more`);
    onRows(tally.rows);
    return null;
  }

  try {
    if (part.name === '') tally.rawObservations = stream.matchesCount;
    if (mayCap) return settle(await read(() => true));
    // Where the PCE says that it cut, what it would send is read again in parts anyway.
    if (flowsCount !== maxResults) {
      const count = await read((each) => each !== maxResults);
      if (count !== maxResults) return settle(count);
    }
    const parts = splitByDecision(part) ?? splitBySample(part, await sampleOf(stream, flows, signal));
    return parts ?? settle(await read(() => true));
  } finally {
    if (resume === undefined && !isKept()) await stream.discard();
  }
}

const SAMPLE_GROUPS = 5_000;

/** What the rows that did come look like; a table of their own, gone afterwards. */
async function sampleOf(stream: TrafficStream, flows: FlowTables, signal: AbortSignal): Promise<QuerySample> {
  const table = await twice(() => flows.load(stream, { signal }));
  try {
    const [ports, sources] = await Promise.all([
      table.ask(
        { by: ['proto', 'port'], where: [{ dimension: 'proto', in: ['6', '17'] }], limit: SAMPLE_GROUPS, sort: 'rows' },
        signal,
      ),
      table.ask({ by: ['source_ip'], limit: SAMPLE_GROUPS, sort: 'rows' }, signal),
    ]);
    return {
      ports: ports.groups.map(({ key: [proto, port], rows }) => ({
        proto: Number(proto),
        port: Number(port ?? 0),
        rows,
      })),
      sources: sources.groups.flatMap(({ key: [ip = null], rows }) => (ip === null ? [] : [{ ip, rows }])),
    };
  } finally {
    table.close();
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
async function twice<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Failure) || !MAY_PASS.has(error.code)) throw error;
    return read();
  }
}

/** Reads parts, a few at a time, and the parts of those that are cut again. */
async function readParts(first: readonly QueryPart[], reading: Reading, options: ReadOptions): Promise<void> {
  const { tally, unread } = reading;
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
        const nested = { ...options, resume: undefined, onPosted: () => undefined, isKept: () => false };
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
