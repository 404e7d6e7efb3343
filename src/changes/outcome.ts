import { Failure } from '../core/errors.ts';
import type { ChangeOutcome, Plan, PlanState, RequestOutcome } from './plan.ts';
import { UNSENT } from './send.ts';

/** What is told of a plan. A commit that put something else into the version than was previewed went through, and is a failure. */
export function outcomeOf(
  plan: Plan,
  state: PlanState,
  journal: readonly RequestOutcome[],
  failure: Failure | null,
): ChangeOutcome {
  const outcomes = plan.requests.map((_, index) => journal[index] ?? UNSENT);
  const told = failure ?? otherwise(outcomes);
  return { plan, state, outcomes, failure: told === null ? null : { code: told.code, message: told.message } };
}

function otherwise(outcomes: readonly RequestOutcome[]): Failure | null {
  const found = outcomes.find(({ differs = [] }) => differs.length > 0);
  return found === undefined ? null : new Failure('provisioned_otherwise', { message: found.message ?? undefined });
}
