import { Failure, type FailureCode } from '../core/errors.ts';
import type { Href } from '../core/href.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { findExact } from './check.ts';
import { contains } from './diff.ts';
import type { PceReader, Trace, WriteMethod } from './plan.ts';
import { hrefOf } from './wire.ts';

/** Failures that prove that nothing was carried out. After any other, the request may have been. */
const NOT_CARRIED_OUT: ReadonlySet<FailureCode> = new Set([
  'pce_rejected',
  'pce_forbidden',
  'pce_unauthorized',
  'pce_not_found',
  'pce_rate_limited',
  'read_only',
  'not_configured',
  'invalid_href',
  'conflict',
]);

export const provesNothingHappened = (failure: Failure): boolean => NOT_CARRIED_OUT.has(failure.code);

export type Found = { readonly happened: boolean; readonly href: Href | null } | { readonly happened: 'unknown' };

export interface Sent {
  readonly method: WriteMethod;
  readonly path: string;
  readonly body: JsonValue | undefined;
}

/** Hrefs of the list a lost POST would have added to, read just before sending. Null when the trace needs none. */
export async function before(
  trace: Trace,
  fill: (path: string) => string,
  pce: PceReader,
  signal?: AbortSignal,
): Promise<readonly string[] | null> {
  if (trace.kind !== 'new_in') return null;
  return (await pce.list(fill(trace.list), {}, signal)).map(hrefOf);
}

/** Whether a request whose answer was lost was carried out, by looking at the PCE. Never sends a change. */
export async function lookFor(
  sent: Sent,
  trace: Trace,
  known: readonly string[] | null,
  fill: (path: string) => string,
  pce: PceReader,
): Promise<Found> {
  try {
    if (sent.method === 'POST') return await lookForCreated(sent, trace, known, fill, pce);
    const there = await pce.read(sent.path);
    if (sent.method === 'DELETE') return { happened: isDeleted(there), href: null };
    if (there === null) return { happened: 'unknown' };
    return { happened: contains(there, sent.body), href: null };
  } catch (error) {
    if (error instanceof Failure) return { happened: 'unknown' };
    throw error;
  }
}

/** Gone, soft-deleted (labels), or marked for deletion in the draft. */
const isDeleted = (object: JsonObject | null): boolean =>
  object === null || object['update_type'] === 'delete' || object['deleted'] === true;

async function lookForCreated(
  sent: Sent,
  trace: Trace,
  known: readonly string[] | null,
  fill: (path: string) => string,
  pce: PceReader,
): Promise<Found> {
  if (trace.kind === 'none') return { happened: 'unknown' };
  if (trace.kind === 'named') return one(await findExact(trace.collection, trace.match, pce));
  if (trace.kind === 'new_in') {
    const items = await pce.list(fill(trace.list));
    return one(items.filter((item) => !(known ?? []).includes(hrefOf(item)) && contains(item, sent.body)));
  }
  const versions = await pce.list(sent.path);
  return one(
    versions.filter((item) => Number(item['version']) > trace.after && item['commit_message'] === trace.message),
  );
}

function one(found: readonly JsonObject[]): Found {
  const [first, second] = found;
  if (first === undefined) return { happened: false, href: null };
  return second === undefined ? { happened: true, href: hrefOf(first) } : { happened: 'unknown' };
}
