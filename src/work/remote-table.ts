import { Failure } from '../core/errors.ts';
import type { RemoteFlowTable } from './flows.ts';
import type { WorkerAnswers, WorkerQuestion } from './protocol.ts';
import type { WorkerLink } from './worker-link.ts';

export function refuseIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new Failure('cancelled', { cause: signal.reason });
}

/** Calls `action` on abort; the returned function stops listening. */
export function onAbort(signal: AbortSignal | undefined, action: (failure: Failure) => void): () => void {
  const listener = (): void => action(new Failure('cancelled', { cause: signal?.reason }));
  signal?.addEventListener('abort', listener, { once: true });
  return () => signal?.removeEventListener('abort', listener);
}

/** The worker's answer; a question that is cancelled is forgotten, though the worker may still work it out. */
export async function askWorker<Question extends WorkerQuestion>(
  link: WorkerLink,
  asked: Question,
  signal: AbortSignal | undefined,
): Promise<WorkerAnswers[Question['kind']]> {
  refuseIfAborted(signal);
  const { promise, resolve, reject } = Promise.withResolvers<WorkerAnswers[Question['kind']]>();
  const question = link.ask(asked, {
    // The kind of a question gives the kind of its answer.
    answered: (answer) => resolve(answer as WorkerAnswers[Question['kind']]),
    failed: reject,
  });
  const stopListening = onAbort(signal, (failure) => {
    link.forget(question);
    reject(failure);
  });
  return promise.finally(stopListening);
}

/** A finished table of a worker. */
export const remoteTable = (
  link: WorkerLink,
  table: number,
  { totals, labelKeys }: Pick<RemoteFlowTable, 'totals' | 'labelKeys'>,
): RemoteFlowTable => ({
  totals,
  labelKeys,
  ask: (grouping, signal) => askWorker(link, { kind: 'group', table, grouping }, signal),
  judge: (job, signal) => askWorker(link, { kind: 'judge', table, job }, signal),
  close: () => link.drop(table),
});
