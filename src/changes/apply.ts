import { Failure } from '../core/errors.ts';
import { digestOf } from './digest.ts';
import { fillBody, fillPath, notMade } from './placeholders.ts';
import type { ChangeOptions, PceWriter, Plan, PlanState, RequestOutcome } from './plan.ts';
import { recall, sendOne, UNSENT } from './send.ts';
import { takeBack } from './take-back.ts';
import { targetOf, touchedBy } from './target.ts';
import type { Sent } from './trace.ts';

export interface Run {
  readonly state: Extract<PlanState, 'applied' | 'compensated' | 'stuck'>;
  readonly failure: Failure | null;
}

export interface SendAllOptions extends ChangeOptions {
  /** The check of the first request has just been made. */
  readonly firstChecked: boolean;
}

/**
 * Sends exactly the requests of a plan, in order, journalling before and after each. Atomic plans: when one fails, what was done is taken
 * back; the state says whether everything, nothing (`compensated`) or a part (`stuck`) stands. Continues a journal that a crash left:
 * forward where all had gone well until then, back where it was being taken back.
 */
export async function sendAll(
  plan: Plan,
  journal: RequestOutcome[],
  pce: PceWriter,
  write: () => Promise<void>,
  { signal, onProgress, firstChecked }: SendAllOptions,
): Promise<Run> {
  const created = new Map<string, string>();
  const fill = (path: string): string => fillPath(path, created);
  const remember = (index: number): void => {
    const { href } = journal[index] ?? UNSENT;
    if (href !== null) created.set(String(index + 1), href);
  };
  const note = async (index: number, change: Partial<RequestOutcome>): Promise<void> => {
    journal[index] = { ...(journal[index] ?? UNSENT), ...change };
    await write();
  };
  /** Whether an earlier request changed the object of the check, so that it differs from what was planned by our own doing. */
  const changedByUs = (index: number): boolean => {
    const { check } = plan.requests[index] ?? { check: { kind: 'none' as const } };
    return check.kind === 'unchanged' && touchedBy(plan, journal, check.href, { from: 0, to: index }, fill) !== null;
  };

  for (const index of plan.requests.keys()) remember(index);
  let failure: Failure | null = wentWrong(plan, journal)
    ? new Failure('change_failed', { message: 'An earlier attempt had failed and was being taken back.' })
    : null;

  for (const [index, request] of plan.requests.entries()) {
    if (failure !== null && plan.mode === 'atomic') break;
    const earlier = journal[index] ?? UNSENT;
    if (earlier.result === 'done' || (plan.mode === 'rows' && earlier.result === 'failed')) continue;
    onProgress?.(request.says, index, plan.requests.length);
    const missing = notMade(request.path, request.body, created);
    if (missing !== null && plan.mode === 'rows') {
      await note(index, { result: 'not_sent', message: `It needs what step ${missing} was to make.` });
      continue;
    }
    const sent: Sent = { method: request.method, path: fill(request.path), body: fillBody(request.body, created) };
    const { check, trace } = request;
    const recalled =
      earlier.result === 'sent'
        ? await recall(request, { sent, trace, check, known: earlier.knownBefore, fill }, pce)
        : null;
    const checked = (firstChecked && index === 0) || changedByUs(index);
    const settled =
      recalled ??
      (await sendOne({
        request,
        sent,
        checked,
        pce,
        fill,
        signal,
        journal: (knownBefore) => note(index, { result: 'sent', knownBefore }),
      }));
    await note(index, settled.outcome);
    remember(index);
    failure ??= settled.failure;
  }

  if (plan.mode === 'rows') {
    onProgress?.('done', plan.requests.length, plan.requests.length);
    const some = journal.some(({ result }) => result === 'done' || result === 'unknown');
    return { state: some ? 'applied' : 'compensated', failure: some ? null : failure };
  }
  if (failure === null) {
    onProgress?.('done', plan.requests.length, plan.requests.length);
    await readAgain(plan, journal, pce, note, fill);
    return { state: 'applied', failure: null };
  }
  if (plan.undoes !== null) return { state: standing(journal), failure };
  return { state: (await takeBack(plan, journal, pce, note, created)) ? 'compensated' : 'stuck', failure };
}

/** Whether an interrupted run of an atomic plan had failed already: then it only goes back. */
const wentWrong = ({ mode }: Plan, journal: readonly RequestOutcome[]): boolean =>
  mode === 'atomic' &&
  journal.some(
    ({ result }) => result === 'failed' || result === 'unknown' || result === 'undone' || result === 'undo_failed',
  );

/** A way back that ended early is not itself taken back: what is undone stays undone. */
const standing = (journal: readonly RequestOutcome[]): 'compensated' | 'stuck' =>
  journal.some(({ result }) => result === 'done' || result === 'unknown') ? 'stuck' : 'compensated';

/** Objects that later requests of the plan changed too: what they say in the end is what an undo will find. */
async function readAgain(
  plan: Plan,
  journal: readonly RequestOutcome[],
  pce: PceWriter,
  note: (index: number, change: Partial<RequestOutcome>) => Promise<void>,
  fill: (path: string) => string,
): Promise<void> {
  for (const [index, request] of plan.requests.entries()) {
    const outcome = journal[index] ?? UNSENT;
    const target = targetOf(request.method, fill(request.path), outcome.href);
    if (target === null || outcome.after === null) continue;
    const range = { from: index + 1, to: plan.requests.length };
    if (touchedBy(plan, journal, target, range, fill) === null) continue;
    const now = await pce.read(target).catch(() => null);
    if (now !== null) await note(index, { after: digestOf(now) });
  }
}
