import { asFailure, Failure } from '../core/errors.ts';
import { wayBackOfRows } from './bulk-rows.ts';
import { digestOf } from './digest.ts';
import { fillBody, fillPath } from './placeholders.ts';
import type { BareRequest, PceWriter, Plan, PlannedRequest, RequestOutcome } from './plan.ts';
import { targetOf } from './target.ts';
import { lookFor, provesNothingHappened, type Sent, settle } from './trace.ts';

type Note = (index: number, change: Partial<RequestOutcome>) => Promise<void>;

/**
 * Takes back the done requests of a plan that failed, last first, and goes on where an interrupted taking back ended. False when
 * something could not be taken back, or may stand without being known. An object that somebody else edited meanwhile is left alone.
 */
export async function takeBack(
  plan: Plan,
  journal: readonly RequestOutcome[],
  pce: PceWriter,
  note: Note,
  created: ReadonlyMap<string, string>,
): Promise<boolean> {
  for (const [index, outcome] of [...journal.entries()].toReversed()) {
    const request = plan.requests[index];
    if (request === undefined || (outcome.result !== 'done' && outcome.result !== 'undo_failed')) continue;
    const failure = await takeOneBack(request, outcome, created, pce, madeAgainLater(plan, index));
    await note(index, failure === null ? { result: 'undone' } : { result: 'undo_failed', message: failure.message });
  }
  return journal.every(({ result }) => result !== 'unknown' && result !== 'undo_failed');
}

/** Whether taking back a later request made something again under another href, so that what holds it no longer compares. */
const madeAgainLater = ({ requests }: Plan, index: number): boolean =>
  requests.slice(index + 1).some(({ undo }) => undo.kind === 'requests' && undo.loses.length > 0);

async function takeOneBack(
  request: PlannedRequest,
  outcome: RequestOutcome,
  created: ReadonlyMap<string, string>,
  pce: PceWriter,
  looksDifferent: boolean,
): Promise<Failure | null> {
  const { undo } = request;
  if (undo.kind === 'none') return new Failure('change_incomplete', { message: undo.why });
  const names = new Map([...created, ...(outcome.href === null ? [] : [['self', outcome.href] as const])]);
  const filled = (one: BareRequest): Sent => ({
    method: one.method,
    path: fillPath(one.path, names),
    body: fillBody(one.body, names),
  });
  const target = targetOf(request.method, fillPath(request.path, names), outcome.href);
  const comparable = target !== null && outcome.after !== null && !looksDifferent;
  const untouched = comparable ? await isUntouched(target, outcome.after, pce) : 'not known';
  for (const one of wayBackOfRows(undo, outcome.rows).requests) {
    const failure = await sendBack(one, filled(one), untouched !== false, pce);
    if (failure !== null) return failure;
  }
  return null;
}

/** Whether the object is still as the request left it; `not known` when the PCE does not say. */
async function isUntouched(target: string, after: string, pce: PceWriter): Promise<boolean | 'not known'> {
  try {
    const now = await pce.read(target);
    return now !== null && digestOf(now) === after;
  } catch {
    return 'not known';
  }
}

const ATTEMPTS = 2;

/** One request of a way back; null when it is carried out, or was already. */
async function sendBack(one: BareRequest, sent: Sent, mayChange: boolean, pce: PceWriter): Promise<Failure | null> {
  const looked = {
    sent,
    trace: one.trace ?? ({ kind: 'none' } as const),
    check: { kind: 'none' } as const,
    known: null,
    fill: (path: string) => path,
  };
  if (!mayChange) {
    // Either somebody edited it, or an interrupted taking back has come this far.
    if ((await lookFor(looked, pce)).happened === true) return null;
    return new Failure('conflict', { message: 'Not taken back: somebody else changed the object meanwhile.' });
  }
  for (let attempt = 1; ; attempt++) {
    try {
      await pce.send(sent);
      return null;
    } catch (error) {
      const failure = asFailure(error);
      if (failure.code === 'pce_not_found' && sent.method === 'DELETE') return null;
      if (provesNothingHappened(failure)) return failure;
      const found = await settle(looked, failure, pce);
      if (found.happened === true) return null;
      if (found.happened === 'unknown' || attempt === ATTEMPTS) return failure;
    }
  }
}
