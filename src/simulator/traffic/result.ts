import type { PolicySource } from '../../model/policy/source.ts';
import type { DraftReport } from './judge.ts';
import type { Observed } from './observe.ts';
import { csvWriter } from './row-csv.ts';
import { jsonWriter } from './row-json.ts';
import { type Scanned, scan } from './scan.ts';
import type { Peer } from './view.ts';

/** Whether the caller may see a workload. */
export type Visible = (peer: Peer) => boolean;

/** A result: not rows but what makes the same rows every time they are asked for. */
export interface Result extends Scanned {
  /** The policy whose IP lists the rows name. */
  readonly lists: PolicySource;
  /** Null for callers who see everything. */
  readonly sees: Visible | null;
  /** Set once rule coverage has been asked for. */
  readonly draft: ((observed: Observed) => DraftReport) | null;
}

const DAY_MS = 86_400_000;

/** How many daily rows of the traffic database stand behind one row (traffic.md §2.6: it stores by day). */
const daysOf = ({ row }: Observed): number => Math.floor(row.lastMs / DAY_MS) - Math.floor(row.firstMs / DAY_MS) + 1;

const visible = ({ src, dst }: Observed, sees: Visible | null): boolean =>
  sees === null || (src.peer !== null && sees(src.peer)) || (dst.peer !== null && sees(dst.peer));

/** `matches_count` and `flows_count`: only counters are kept. */
export async function count(
  result: Result,
  signal: AbortSignal,
): Promise<{ readonly matches: number; readonly flows: number }> {
  let matches = 0;
  let flows = 0;
  for await (const batch of scan({ ...result, signal })) {
    for (const observed of batch) {
      matches += daysOf(observed);
      if (visible(observed, result.sees)) flows += 1;
    }
  }
  return { matches, flows: Math.min(flows, result.question.maxResults) };
}

/** The rows a caller gets, from `offset` on and at most `limit`, after `max_results`. */
export async function* rowsOf(
  result: Result,
  { offset = 0, limit = Number.MAX_SAFE_INTEGER }: Slice,
): AsyncGenerator<readonly Observed[]> {
  const end = Math.min(result.question.maxResults, offset + limit);
  let at = 0;
  if (end <= offset) return;
  for await (const batch of scan(result)) {
    const seen = batch.filter((observed) => visible(observed, result.sees));
    const wanted = seen.slice(Math.max(0, offset - at), Math.max(0, end - at));
    at += seen.length;
    if (wanted.length > 0) yield wanted;
    if (at >= end) return;
  }
}

export interface Slice {
  readonly offset?: number | undefined;
  readonly limit?: number | undefined;
}

// Large enough that a download is not made of thousands of writes, small enough that it is never held.
const CHUNK = 64 * 1024;

/** Lines put together to pieces of about 64 KB. */
async function* pieces(
  head: string,
  batches: AsyncIterable<readonly Observed[]>,
  {
    write,
    between,
    tail,
  }: { readonly write: (observed: Observed) => string; readonly between: string; readonly tail: string },
): AsyncGenerator<string> {
  let piece = head;
  let separator = '';
  for await (const batch of batches) {
    for (const observed of batch) {
      piece += separator + write(observed);
      separator = between;
      if (piece.length < CHUNK) continue;
      yield piece;
      piece = '';
    }
  }
  yield piece + tail;
}

/** The download as JSON: one array on one line, because a client in use reads it line by line (traffic.md §2.8). */
export function jsonDownload(result: Result, slice: Slice): AsyncIterable<string> {
  const write = jsonWriter(result);
  const { draft } = result;
  return pieces('[', rowsOf(result, slice), {
    write: (observed) => write(observed, draft && draft(observed)),
    between: ',',
    tail: ']',
  });
}

/** The download as CSV: a header line in any case, then one line a row. */
export function csvDownload(result: Result, slice: Slice, draftColumns: boolean): AsyncIterable<string> {
  const { header, line } = csvWriter(result, draftColumns);
  const draft = draftColumns ? result.draft : null;
  return pieces(`${header}\n`, rowsOf(result, slice), {
    write: (observed) => `${line(observed, draft && draft(observed))}\n`,
    between: '',
    tail: '',
  });
}
