import { asFailure, Failure } from '../core/errors.ts';
import { type Href, isHref } from '../core/href.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import { verify } from './check.ts';
import { digestOf } from './digest.ts';
import { fillBody, fillPath } from './placeholders.ts';
import type { ChangeOptions, Plan, PlannedRequest, PlanState, RequestOutcome, PceWriter } from './plan.ts';
import { before, lookFor, provesNothingHappened, type Sent } from './trace.ts';

export const UNSENT: RequestOutcome = Object.freeze({
  result: 'not_sent',
  href: null,
  status: null,
  message: null,
  rows: null,
  after: null,
  knownBefore: null,
});

export interface Run {
  readonly state: Extract<PlanState, 'applied' | 'compensated' | 'stuck'>;
  readonly failure: Failure | null;
}

/**
 * Sends exactly the requests of a plan, in order, journalling before and after each. Atomic plans: when one fails, what was done is taken
 * back; the state says whether everything, nothing (`compensated`) or a part (`stuck`) stands. Continues a journal that a crash left.
 */
export async function sendAll(
  plan: Plan,
  journal: RequestOutcome[],
  pce: PceWriter,
  write: () => Promise<void>,
  { signal, onProgress }: ChangeOptions = {},
): Promise<Run> {
  const created = new Map<string, string>();
  const fill = (path: string): string => fillPath(path, created);
  const remember = (index: number, outcome: RequestOutcome): void => {
    if (outcome.href !== null) created.set(String(index + 1), outcome.href);
  };
  const note = async (index: number, change: Partial<RequestOutcome>): Promise<void> => {
    journal[index] = { ...(journal[index] ?? UNSENT), ...change };
    await write();
  };

  let failure: Failure | null = null;
  for (const [index, request] of plan.requests.entries()) {
    const earlier = journal[index] ?? UNSENT;
    if (earlier.result === 'done') {
      remember(index, earlier);
      continue;
    }
    if (plan.mode === 'rows' && earlier.result === 'failed') continue;
    onProgress?.(request.says, index, plan.requests.length);
    const sent: Sent = { method: request.method, path: fill(request.path), body: fillBody(request.body, created) };
    const outcome =
      earlier.result === 'sent'
        ? await settle(
            sent,
            request,
            earlier,
            new Failure('pce_unreachable', { message: 'The answer was lost.' }),
            pce,
            fill,
          )
        : await sendOne(sent, request, touched(plan, index, fill), pce, fill, signal, (known) =>
            note(index, { result: 'sent', knownBefore: known }),
          );
    await note(index, outcome.outcome);
    remember(index, outcome.outcome as RequestOutcome);
    if (outcome.failure !== null) {
      failure ??= outcome.failure;
      if (plan.mode === 'atomic') break;
    }
  }
  if (failure === null || plan.mode === 'rows') {
    onProgress?.('done', plan.requests.length, plan.requests.length);
    return { state: 'applied', failure: journal.some(({ result }) => result === 'done') ? null : failure };
  }
  const undone = await takeBack(plan, journal, pce, note, created);
  return { state: undone ? 'compensated' : 'stuck', failure };
}

interface Settled {
  readonly outcome: RequestOutcome | Partial<RequestOutcome>;
  readonly failure: Failure | null;
}

async function sendOne(
  sent: Sent,
  request: PlannedRequest,
  alreadyTouched: boolean,
  pce: PceWriter,
  fill: (path: string) => string,
  signal: AbortSignal | undefined,
  journalSent: (known: readonly string[] | null) => Promise<void>,
): Promise<Settled> {
  let known: readonly string[] | null = null;
  try {
    if (signal?.aborted === true) throw new Failure('cancelled');
    // An earlier request of this very plan changed the target: its digest is ours, not a stranger's.
    if (!alreadyTouched) await verify(request.check, pce, signal);
    known = await before(request.trace, fill, pce, signal);
  } catch (error) {
    const failure = asFailure(error);
    return { outcome: { result: 'not_sent', message: failure.message }, failure };
  }
  await journalSent(known);
  try {
    // Once sent it is not aborted: a half-known write is worse than a slow cancel.
    const { status, body } = await pce.send(sent);
    return { outcome: await done(sent, status, body, pce), failure: null };
  } catch (error) {
    const failure = asFailure(error);
    if (provesNothingHappened(failure))
      return { outcome: { result: 'failed', message: failure.message, status: null }, failure };
    return settle(sent, request, { ...UNSENT, knownBefore: known }, failure, pce, fill);
  }
}

/** A request that may have been carried out: look, then treat it as done or as failed. */
async function settle(
  sent: Sent,
  request: PlannedRequest,
  { knownBefore }: RequestOutcome,
  failure: Failure,
  pce: PceWriter,
  fill: (path: string) => string,
): Promise<Settled> {
  const found = await lookFor(sent, request.trace, knownBefore, fill, pce);
  if (found.happened === true) {
    const target = found.href ?? sent.path;
    const there = await pce.read(target).catch(() => null);
    return {
      outcome: {
        result: 'done',
        href: found.href,
        message: 'The answer was lost; the PCE shows that it was carried out.',
        after: there === null ? null : digestOf(there),
      },
      failure: null,
    };
  }
  if (found.happened === false) return { outcome: { result: 'failed', message: failure.message }, failure };
  return {
    outcome: { result: 'unknown', message: `${failure.message} Whether it was carried out could not be found out.` },
    failure,
  };
}

async function done(sent: Sent, status: number, body: JsonValue | undefined, pce: PceWriter): Promise<RequestOutcome> {
  const object = isObject(body) ? (body as JsonObject) : null; // parsed JSON
  const href = object !== null && typeof object['href'] === 'string' && isHref(object['href']) ? object['href'] : null;
  const rows = Array.isArray(body) ? (body.filter(isObject) as JsonObject[]) : null; // parsed JSON
  // What it looks like now is what a later undo expects to find.
  const now = rows !== null ? null : sent.method === 'POST' ? object : await pce.read(sent.path).catch(() => null);
  return { ...UNSENT, result: 'done', status, href, rows, after: now === null ? null : digestOf(now) };
}

/** Takes back the done requests of a failed plan, last first. False when something could not be taken back. */
async function takeBack(
  plan: Plan,
  journal: readonly RequestOutcome[],
  pce: PceWriter,
  note: (index: number, change: Partial<RequestOutcome>) => Promise<void>,
  created: ReadonlyMap<string, string>,
): Promise<boolean> {
  let clean = journal.every(({ result }) => result !== 'unknown');
  for (const [index, outcome] of [...journal.entries()].toReversed()) {
    const request = plan.requests[index];
    if (outcome.result !== 'done' || request === undefined) continue;
    if (request.undo.kind === 'none') {
      await note(index, { result: 'undo_failed', message: request.undo.why });
      clean = false;
      continue;
    }
    const names = new Map([...created, ...(outcome.href === null ? [] : [['self', outcome.href] as const])]);
    try {
      for (const { method, path, body } of request.undo.requests)
        await pce.send({ method, path: fillPath(path, names), body: fillBody(body, names) });
      await note(index, { result: 'undone' });
    } catch (error) {
      const failure = asFailure(error);
      const gone = failure.code === 'pce_not_found' && request.method === 'POST';
      await note(index, gone ? { result: 'undone' } : { result: 'undo_failed', message: failure.message });
      clean &&= gone;
    }
  }
  return clean;
}

/** Whether an earlier request of the plan already changed this request's target, so that its digest differs by our own doing. */
function touched(plan: Plan, index: number, fill: (path: string) => string): boolean {
  const { check } = plan.requests[index] ?? { check: { kind: 'none' } };
  if (check.kind !== 'unchanged') return false;
  return plan.requests.slice(0, index).some(({ path }) => {
    const target = fill(path);
    return target === check.href || target.startsWith(`${check.href}/`) || check.href.startsWith(`${target}/` as Href);
  });
}
