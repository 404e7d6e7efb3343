import { Failure } from '../../core/errors.ts';
import type { ApiPath } from '../../core/href.ts';
import { badAnswer } from '../http/failures.ts';
import type { Head, PceHttp, Query, Streamed } from '../http/http.ts';
import type { Listing, ReadOptions } from '../view.ts';
import { readJob } from './job.ts';
import { recordBatches } from './records.ts';

export interface CollectionRequest<T> {
  readonly path: ApiPath;
  readonly query?: Query;
  /** Wire record → model value; throws `pce_bad_answer` naming the field. */
  readonly convert: (record: unknown) => T;
  /** How many the PCE gives when it is not told a number (objects.md §4.2): so many rows are suspicious. */
  readonly defaultCap?: number;
  /** The most a synchronous GET is asked for; above, the job protocol. */
  readonly syncLimit?: number;
  /** True where the collection takes no `max_results` (sub-collections of a ruleset, objects.md §4.2). */
  readonly uncounted?: boolean;
}

const DEFAULT_CAP = 500;
const SYNC_LIMIT = 50_000;
/** Objects made between the count and the page fit too. */
const HEADROOM = 100;

/**
 * A whole collection. It is counted first (`max_results=1`), then read in one page of that size; a page that comes back short or at a
 * suspicious number is read again by the job protocol, which has no cap. With `maxResults` only so many are read, and `complete` says
 * whether that was all.
 */
export async function readCollection<T>(
  http: PceHttp,
  request: CollectionRequest<T>,
  options: ReadOptions = {},
): Promise<Listing<T>> {
  const { maxResults, signal } = options;
  const { defaultCap = DEFAULT_CAP, syncLimit = SYNC_LIMIT } = request;
  if (request.uncounted === true) {
    const { items } = await readPage(http, request, undefined, options);
    // Without a count and without max_results the only sign of a cap is the number itself.
    return items.length === defaultCap ? readWholeByJob(http, request, null, options) : whole(items);
  }
  if (maxResults !== undefined)
    return maxResults <= syncLimit
      ? readLimited(http, request, maxResults, options)
      : limited(await readCollection(http, request, withoutLimit(options)), maxResults);

  const probe = await http.send({
    method: 'GET',
    path: request.path,
    query: { ...request.query, max_results: 1 },
    signal,
  });
  const { matched, total } = countsOf(probe);
  const expected = matched ?? total;
  const wanted = expected === null ? null : expected + HEADROOM;
  if (wanted === null || wanted > syncLimit) return readWholeByJob(http, request, matched, options);

  const page = await readPage(http, request, wanted, { ...options, expected: matched }).catch((error: unknown) => {
    if (isTooLarge(error)) return null;
    throw error;
  });
  if (page === null) return readWholeByJob(http, request, matched, options);
  const now = page.matched ?? matched;
  const isShort =
    now !== null ? page.items.length < now : page.items.length >= wanted || page.items.length === defaultCap;
  return isShort ? readWholeByJob(http, request, now, options) : whole(page.items);
}

/** One page of at most so many. */
async function readLimited<T>(
  http: PceHttp,
  request: CollectionRequest<T>,
  maxResults: number,
  options: ReadOptions,
): Promise<Listing<T>> {
  const page = await readPage(http, request, maxResults, options);
  const items = page.items.slice(0, maxResults);
  const { matched } = page;
  const { defaultCap = DEFAULT_CAP } = request;
  const isShort =
    matched === null
      ? maxResults > defaultCap && items.length === defaultCap
      : items.length < Math.min(maxResults, matched);
  if (isShort) return limited(await readWholeByJob(http, request, matched, withoutLimit(options)), maxResults);
  const complete = matched === null ? items.length < maxResults : items.length >= matched;
  return complete
    ? { items, matched: matched ?? items.length, complete, cap: null }
    : { items, matched, complete, cap: maxResults };
}

const withoutLimit = ({ signal, onProgress }: ReadOptions): ReadOptions => ({ signal, onProgress });

async function readWholeByJob<T>(
  http: PceHttp,
  request: CollectionRequest<T>,
  matched: number | null,
  options: ReadOptions,
): Promise<Listing<T>> {
  const items = await readJob(
    http,
    request.path,
    request.query,
    (answer) => collect(answer, request.convert, { ...options, expected: matched }),
    options.signal,
  );
  if (matched === null || items.length >= matched) return whole(items);
  // Fewer than counted: deleted meanwhile, or a job that is capped. A second count tells which.
  const probe = await http.send({
    method: 'GET',
    path: request.path,
    query: { ...request.query, max_results: 1 },
    signal: options.signal,
  });
  const now = countsOf(probe).matched ?? matched;
  return items.length >= now ? whole(items) : { items, matched: now, complete: false, cap: items.length };
}

const whole = <T>(items: readonly T[]): Listing<T> => ({ items, matched: items.length, complete: true, cap: null });

export const limited = <T>({ items, ...rest }: Listing<T>, maxResults: number): Listing<T> =>
  items.length <= maxResults
    ? { items, ...rest }
    : { items: items.slice(0, maxResults), matched: rest.matched, complete: false, cap: maxResults };

interface Page<T> {
  readonly items: readonly T[];
  readonly matched: number | null;
}

type Collecting = ReadOptions & { readonly expected?: number | null };

function readPage<T>(
  http: PceHttp,
  { path, query, convert }: CollectionRequest<T>,
  maxResults: number | undefined,
  options: Collecting,
): Promise<Page<T>> {
  const request = {
    method: 'GET',
    path,
    query: { ...query, max_results: maxResults },
    signal: options.signal,
  } as const;
  return http.read(request, async (answer) => {
    const { matched } = countsOf(answer);
    return {
      items: await collect(answer, convert, { ...options, expected: matched ?? options.expected ?? null }),
      matched,
    };
  });
}

async function collect<T>(
  { chunks }: Streamed,
  convert: (record: unknown) => T,
  { onProgress, expected = null }: Collecting,
): Promise<readonly T[]> {
  const items: T[] = [];
  for await (const batch of recordBatches(chunks)) {
    for (const record of batch) items.push(convert(record));
    onProgress?.(items.length, expected);
  }
  return items;
}

/** `X-Matched-Count` counts what matches; `X-Total-Count` does or does not, by release (objects.md §4.2): at most an upper bound. */
function countsOf(head: Head): { readonly matched: number | null; readonly total: number | null } {
  return { matched: count(head, 'x-matched-count'), total: count(head, 'x-total-count') };
}

function count(head: Head, name: string): number | null {
  const text = head.header(name);
  if (text === undefined) return null;
  if (!/^\d{1,12}$/.test(text)) throw badAnswer(`The header ${name} of the PCE is not a number.`);
  return Number(text);
}

/** A synchronous answer that the PCE, or something before it, could not finish in time. */
const isTooLarge = (error: unknown): boolean =>
  error instanceof Failure && (error.detail.status === 504 || error.detail.reason === 'UND_ERR_HEADERS_TIMEOUT');
