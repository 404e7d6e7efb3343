import type { ChangeOutcome, Changes } from '../../changes/plan.ts';
import { planRollback } from '../../changes/rollback.ts';
import { asFailure, Failure } from '../../core/errors.ts';
import type { ToolContext } from '../tool.ts';

/** The version a plan made, as the PCE tells it; null for a plan that provisioned nothing. */
export interface Version {
  readonly version: number;
  readonly workloads_affected: number | null;
  readonly href: string;
}

const VERSION = /\/sec_policy\/(\d+)$/;

/** The version that the last commit of a plan made. */
export async function versionMade({ plan, outcomes }: ChangeOutcome, changes: Changes): Promise<Version | null> {
  const commit = plan.requests.findLastIndex(
    (request) => request.path.endsWith('/sec_policy') && request.method === 'POST',
  );
  const href = outcomes[commit]?.href ?? null;
  const version = VERSION.exec(href ?? '')?.[1];
  if (href === null || version === undefined) return null;
  const made = await changes.pce.read(href).catch(() => null);
  const affected = made?.['workloads_affected'];
  return { href, version: Number(version), workloads_affected: typeof affected === 'number' ? affected : null };
}

/**
 * Throws `provisioned_otherwise` where a new version says something else than was previewed: somebody edited between the last read and
 * the commit. Names what and who, and carries the plan that goes back to the version before.
 */
export async function refuseDifference(outcome: ChangeOutcome, changes: Changes, context: ToolContext): Promise<void> {
  const { failure, outcomes, plan } = outcome;
  if (failure?.code !== 'provisioned_otherwise') return;
  const at = outcomes.findIndex(({ differs = [] }) => differs.length > 0);
  const trace = plan.requests[at]?.trace;
  const version = Number(VERSION.exec(outcomes[at]?.href ?? '')?.[1]);
  const back = await rollbackPlan(trace?.kind === 'version' ? trace.after : version - 1, version, changes, context);
  throw new Failure('provisioned_otherwise', {
    message: `${failure.message} It is in force.`,
    data: {
      version,
      plan_id: plan.id,
      foreign: (outcomes[at]?.differs ?? []).map(
        ({ name, href, by }) => `${name} (${href}${by === null ? '' : `, by ${by}`})`,
      ),
      ...back,
    },
  });
}

async function rollbackPlan(
  to: number,
  from: number,
  changes: Changes,
  { signal }: ToolContext,
): Promise<Readonly<Record<string, string>>> {
  try {
    const { requests } = await planRollback(to, from, changes.pce, signal);
    const title = `roll back to version ${to}`;
    const draft = { tool: 'rollback-policy', title, requests, widening: [], warnings: [] };
    const { plan } = await changes.propose({ ...draft, mode: 'atomic', effect: 'provision' }, { dryRun: true });
    return { rollback_plan_id: plan.id, rollback: `apply-plan plan_id=${plan.id} goes back to version ${to}` };
  } catch (error) {
    return { rollback: `rollback-policy version=${to} (it could not be planned now: ${asFailure(error).message})` };
  }
}
