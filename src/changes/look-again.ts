import { fillBody, fillPath } from './placeholders.ts';
import type { PceWriter, Plan, RequestOutcome } from './plan.ts';
import { recall, UNSENT } from './send.ts';

/** The journal with what can be found out by now of requests whose answers were lost. Reads only. */
export async function lookAgain(
  plan: Plan,
  journal: readonly RequestOutcome[],
  pce: PceWriter,
): Promise<readonly RequestOutcome[]> {
  const created = new Map<string, string>();
  const outcomes: RequestOutcome[] = [];
  for (const [index, request] of plan.requests.entries()) {
    let outcome = journal[index] ?? UNSENT;
    if (outcome.result === 'sent' || outcome.result === 'unknown') {
      const fill = (path: string): string => fillPath(path, created);
      const sent = { method: request.method, path: fill(request.path), body: fillBody(request.body, created) };
      const { check, trace } = request;
      const settled = await recall(request, { sent, trace, check, known: outcome.knownBefore, fill }, pce);
      outcome = { ...outcome, ...(settled?.outcome ?? { result: 'failed' }) };
    }
    outcomes.push(outcome);
    if (outcome.href !== null) created.set(String(index + 1), outcome.href);
  }
  return outcomes;
}
