import { asFailure, Failure } from '../core/errors.ts';
import { type Href, isHref } from '../core/href.ts';
import { isObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { bulkRows, partly, refusedWhole } from './bulk-rows.ts';
import { verify } from './check.ts';
import { digestOf } from './digest.ts';
import type { PceWriter, PlannedRequest, RequestOutcome } from './plan.ts';
import { differences } from './proof.ts';
import { targetOf } from './target.ts';
import { before, type Found, lookFor, type Looked, provesNothingHappened, type Sent, settle } from './trace.ts';

export const UNSENT: RequestOutcome = Object.freeze({
  result: 'not_sent',
  href: null,
  status: null,
  message: null,
  rows: null,
  after: null,
  knownBefore: null,
});

export interface Settled {
  readonly outcome: Partial<RequestOutcome>;
  readonly failure: Failure | null;
}

export interface SendOptions {
  readonly request: PlannedRequest;
  /** The request with every placeholder filled. */
  readonly sent: Sent;
  /** The check was made a moment ago, or cannot be made because the plan itself changed the object. */
  readonly checked: boolean;
  readonly pce: PceWriter;
  readonly fill: (path: string) => string;
  readonly signal: AbortSignal | undefined;
  /** Writes down that it is about to be sent; rejects where it must not be. */
  readonly journal: (known: readonly string[] | null) => Promise<void>;
}

/** Sends one request: check, journal, send; a lost answer is looked up. What it throws comes from the journal only. */
export async function sendOne({ request, sent, checked, pce, fill, signal, journal }: SendOptions): Promise<Settled> {
  let known: readonly string[] | null;
  try {
    if (signal?.aborted === true) throw new Failure('cancelled');
    if (!checked) await verify(request.check, pce, signal);
    known = await before(request.trace, fill, pce, signal);
  } catch (error) {
    const failure = asFailure(error);
    return { outcome: { result: 'not_sent', message: failure.message }, failure };
  }
  await journal(known);
  try {
    // Once sent it is not aborted: a half-known write is worse than a slow cancel.
    const { status, body } = await pce.send(sent);
    const outcome = await answered(sent, status, body, pce);
    const refused = refusedWhole(outcome, sent.path);
    if (refused !== null)
      return { outcome: { ...outcome, result: 'failed', message: refused.message }, failure: refused };
    return carriedOut(request, { ...outcome, message: partly(outcome, sent.path) }, pce);
  } catch (error) {
    const failure = asFailure(error);
    if (provesNothingHappened(failure)) return { outcome: { result: 'failed', message: failure.message }, failure };
    const found = await settle({ sent, trace: request.trace, check: request.check, known, fill }, failure, pce);
    if (found.happened === true) return carriedOut(request, await seen(sent, found, pce), pce);
    if (found.happened === false) return { outcome: { result: 'failed', message: failure.message }, failure };
    const message = `${failure.message} Whether it was carried out could not be found out.`;
    return { outcome: { result: 'unknown', message }, failure };
  }
}

/** What became of a request that was journalled as sent or unknown earlier; null when it was not carried out. */
export async function recall(request: PlannedRequest, looked: Looked, pce: PceWriter): Promise<Settled | null> {
  const found = await lookFor(looked, pce);
  if (found.happened === true) return carriedOut(request, await seen(looked.sent, found, pce), pce);
  if (found.happened === false) return null;
  const failure = new Failure('pce_unreachable', { message: 'The answer was lost.' });
  return {
    outcome: { result: 'unknown', message: `${failure.message} Whether it was carried out could not be found out.` },
    failure,
  };
}

async function answered(
  sent: Sent,
  status: number,
  body: JsonValue | undefined,
  pce: PceWriter,
): Promise<RequestOutcome> {
  const text = isObject(body) ? body['href'] : undefined;
  const href = typeof text === 'string' && isHref(text) ? text : null;
  const listed = Array.isArray(body) ? (body.filter(isObject) as JsonObject[]) : null; // parsed JSON
  const rows = bulkRows(sent, body) ?? listed;
  return { ...UNSENT, result: 'done', status, href, rows, after: await digestNow(sent, href, pce) };
}

async function seen(
  sent: Sent,
  { href, rows }: Extract<Found, { readonly href: Href | null }>,
  pce: PceWriter,
): Promise<RequestOutcome> {
  const message = 'The answer was lost; the PCE shows that it was carried out.';
  return { ...UNSENT, result: 'done', href, message, rows: rows ?? null, after: await digestNow(sent, href, pce) };
}

/** What its target says now is what a later undo expects to find; read anew, because a POST is not always answered as a GET is. */
async function digestNow(
  { method, path }: Sent,
  created: RequestOutcome['href'],
  pce: PceWriter,
): Promise<string | null> {
  const target = targetOf(method, path, created);
  const now = target === null ? null : await pce.read(target).catch(() => null);
  return now === null ? null : digestOf(now);
}

/** A commit that says something else than was previewed is done, and a failure besides. */
async function carriedOut({ proof }: PlannedRequest, outcome: RequestOutcome, pce: PceWriter): Promise<Settled> {
  const version = /\/sec_policy\/(\d+)$/.exec(outcome.href ?? '')?.[1];
  if (proof === undefined) return { outcome, failure: null };
  try {
    if (version === undefined) throw new Failure('pce_bad_answer');
    const differs = await differences(Number(version), proof, pce);
    if (differs.length === 0) return { outcome, failure: null };
    const names = differs.map(({ name, href, by }) => `${name} (${href}${by === null ? '' : `, edited by ${by}`})`);
    return {
      outcome: { ...outcome, differs, message: `Version ${version} differs from the preview: ${names.join('; ')}.` },
      failure: null,
    };
  } catch (error) {
    const message = `Provisioned, but the new version could not be compared with the preview: ${asFailure(error).message}`;
    return { outcome: { ...outcome, message }, failure: null };
  }
}
