import { Failure, type FailureCode } from '../core/errors.ts';
import type { Href } from '../core/href.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { lookForRows } from './bulk-rows.ts';
import { findExact } from './check.ts';
import { contains } from './diff.ts';
import { digestOf } from './digest.ts';
import type { Check, PceReader, PceWriter, Trace, WriteMethod } from './plan.ts';
import { modifiedObjects, pendingObjects } from './policy-objects.ts';
import { draftHref, hrefOf, hrefsInSubset } from './wire.ts';

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

export const provesNothingHappened = ({ code, detail }: Failure): boolean =>
  NOT_CARRIED_OUT.has(code) || detail['neverSent'] === true;

export type Found =
  | {
      readonly happened: boolean;
      readonly href: Href | null;
      /** Of a bulk call: what became of each item. */
      readonly rows?: readonly JsonObject[] | undefined;
    }
  | { readonly happened: 'unknown' };

const UNKNOWN: Found = Object.freeze({ happened: 'unknown' });
const NO: Found = Object.freeze({ happened: false, href: null });

export interface Sent {
  readonly method: WriteMethod;
  readonly path: string;
  readonly body: JsonValue | undefined;
}

export interface Looked {
  readonly sent: Sent;
  readonly trace: Trace;
  readonly check: Check;
  /** Hrefs of the trace's list just before sending. */
  readonly known: readonly string[] | null;
  readonly fill: (path: string) => string;
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

/** A request whose connection broke may still be under way on the PCE: so long is waited before the last looks. */
const LOOK_AGAIN_MS = [1_000, 4_000] as const;

/** A 500 is the PCE's own last word; after a gateway's error or none at all it may still be working. */
const isOver = ({ detail }: Failure): boolean => detail['status'] === 500;

/**
 * Whether a request that failed with `failure` was carried out, by looking at the PCE, more than once where it may still be under way. A
 * request that timed out and cannot be seen stays unknown: it may be carried out later. Never sends a change.
 */
export async function settle(looked: Looked, failure: Failure, pce: PceWriter): Promise<Found> {
  let found = await lookFor(looked, pce);
  for (const ms of LOOK_AGAIN_MS) {
    if (found.happened === true || (found.happened === false && isOver(failure))) return found;
    await pce.pause(ms);
    found = await lookFor(looked, pce);
  }
  return found.happened === false && failure.code === 'timeout' ? UNKNOWN : found;
}

/** Whether a request was carried out, as the PCE shows it now. */
export async function lookFor(looked: Looked, pce: PceReader): Promise<Found> {
  try {
    const { sent, check } = looked;
    if (sent.path.endsWith('/sec_policy/delete')) return await lookForRevert(sent, pce);
    if (looked.trace.kind === 'bulk') {
      const rows = await lookForRows(sent, looked.trace.collection, pce);
      return rows === null ? NO : { happened: true, href: null, rows };
    }
    if (sent.method === 'POST') return await lookForCreated(looked, pce);
    const there = await pce.read(sent.path);
    if (sent.method === 'DELETE') return { happened: isDeleted(there), href: null };
    if (there === null) return UNKNOWN;
    if (contains(there, sent.body)) return { happened: true, href: null };
    // Neither what was sent nor what was there before: the PCE may have put it in other words.
    const asBefore = check.kind !== 'unchanged' || digestOf(there, check.fields) === check.digest;
    return asBefore ? NO : UNKNOWN;
  } catch (error) {
    if (error instanceof Failure) return UNKNOWN;
    throw error;
  }
}

/** Gone, soft-deleted (labels), or marked for deletion in the draft. */
const isDeleted = (object: JsonObject | null): boolean =>
  object === null || object['update_type'] === 'delete' || object['deleted'] === true;

async function lookForCreated({ sent, trace, known, fill }: Looked, pce: PceReader): Promise<Found> {
  switch (trace.kind) {
    case 'none':
    case 'bulk':
      return UNKNOWN;
    case 'named': {
      const there = await findExact(trace.collection, trace.match, pce);
      return one(
        there.filter((item) => !isDeleted(item)),
        sent,
      );
    }
    case 'new_in': {
      const items = await pce.list(fill(trace.list));
      return one(
        items.filter((item) => !(known ?? []).includes(hrefOf(item))),
        sent,
      );
    }
    case 'staged': {
      const pending = new Set((await pendingObjects(pce)).map(({ href }) => href));
      if (pending.size === 0) return NO;
      return trace.hrefs.every((href) => pending.has(draftHref(href))) ? { happened: true, href: null } : UNKNOWN;
    }
    default:
      return lookForVersion(sent, trace, pce);
  }
}

/** Of what came into being since, the one that has what was sent. Others besides, of other content, may be ours in other words. */
function one(candidates: readonly JsonObject[], sent: Sent): Found {
  const [first, second] = candidates.filter((item) => contains(item, sent.body));
  if (first === undefined) return candidates.length === 0 ? NO : UNKNOWN;
  return second === undefined ? { happened: true, href: hrefOf(first) } : UNKNOWN;
}

async function lookForVersion(
  sent: Sent,
  { after, message }: Extract<Trace, { readonly kind: 'version' }>,
  pce: PceReader,
): Promise<Found> {
  const committed = hrefsInSubset(sent.body);
  for (const item of await pce.list(sent.path)) {
    const version = Number(item['version']);
    if (version <= after || item['commit_message'] !== message) continue;
    const modified = new Set((await modifiedObjects(version, pce)).map(({ href }) => href));
    if (committed.every((href) => modified.has(draftHref(href)))) return { happened: true, href: hrefOf(item) };
  }
  return NO;
}

async function lookForRevert(sent: Sent, pce: PceReader): Promise<Found> {
  const pending = new Set((await pendingObjects(pce)).map(({ href }) => href));
  const left = hrefsInSubset(sent.body).filter((href) => pending.has(draftHref(href)));
  if (left.length === 0) return { happened: true, href: null };
  return left.length === hrefsInSubset(sent.body).length ? NO : UNKNOWN;
}
