import { Failure } from '../core/errors.ts';
import { isHref } from '../core/href.ts';
import { fillBody, fillPath } from './placeholders.ts';
import type { Check, Plan, PlanDraft, PlannedRequest, RequestOutcome } from './plan.ts';

/**
 * The way back of what a plan did, last request first, each guarded by a check that nobody changed the object since. Throws `conflict`
 * when nothing of it can be taken back. What comes back differently is among the warnings.
 */
export function planUndo(plan: Plan, journal: readonly RequestOutcome[]): PlanDraft {
  const created = new Map(
    journal.flatMap(({ href }, index) => (href === null ? [] : [[String(index + 1), href] as const])),
  );
  const requests: PlannedRequest[] = [];
  const warnings: string[] = [];
  for (const [index, outcome] of [...journal.entries()].toReversed()) {
    const request = plan.requests[index];
    if (request === undefined || (outcome.result !== 'done' && outcome.result !== 'undo_failed')) continue;
    const { undo } = request;
    if (undo.kind === 'none') {
      warnings.push(`Cannot be undone: ${request.says} (${undo.why}).`);
      continue;
    }
    if (undo.loses.length > 0) warnings.push(`Comes back differently (${undo.loses.join(', ')}): ${request.says}.`);
    const names = new Map([...created, ...(outcome.href === null ? [] : [['self', outcome.href] as const])]);
    requests.push(
      ...undo.requests.map(({ method, path, body, says }, at) => ({
        method,
        path: fillPath(path, names),
        body: fillBody(body, names),
        says,
        check: at === 0 ? asLeft(fillPath(path, names), outcome) : NO_CHECK,
        undo: { kind: 'none', why: 'it is itself the way back' } as const,
        trace: { kind: 'none' } as const,
        diff: [],
      })),
    );
  }
  if (requests.length === 0)
    throw new Failure('conflict', { message: `Nothing of this plan can be undone. ${warnings.join(' ')}`.trim() });
  return {
    tool: 'undo-change',
    title: `Undo: ${plan.title}${warnings.length > 0 ? ' (partial)' : ''}`,
    requests,
    widening: [],
    warnings,
    mode: plan.mode,
    effect: plan.effect,
  };
}

const NO_CHECK: Check = Object.freeze({ kind: 'none' });

/** The object must still be as the plan left it. */
function asLeft(path: string, { after }: RequestOutcome): Check {
  return after !== null && isHref(path) ? { kind: 'unchanged', href: path, digest: after, fields: null } : NO_CHECK;
}
