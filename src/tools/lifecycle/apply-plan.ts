import type { ChangeOutcome } from '../../changes/plan.ts';
import { Failure } from '../../core/errors.ts';
import { changeAnswer, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, integer, text } from '../fields.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { noteOf } from './plan-note.ts';
import { previewAnew, TOOL as PROVISION } from './provision-run.ts';
import { refuseDifference, versionMade } from './provisioned.ts';
import { impactOf, withImpact } from './traffic-impact.ts';

export default defineTool({
  name: 'apply-plan',
  title: 'Apply a planned change',
  description:
    'Sends exactly the requests of a plan that a dry_run made, once; refuses when a target changed since. Resumes a plan a crash left. Not for new changes.',
  toolset: 'lifecycle',
  // The least any plan needs; each plan is judged by the effect it was made with.
  effect: 'live',
  input: {
    type: 'object',
    properties: { plan_id: described(text, 'plan_id of the dry run'), ...dryRun },
    required: ['plan_id'],
  },
  output: changeOutput({ version: integer, workloads_affected: integer, href: text }),
  example: { plan_id: 'plan_0123456789abcdef0123456789abcdef' },
  columns: changeColumns,
  effectOf: unlessDryRun('live'),

  async run({ plan_id: id, dry_run: planOnly = false }, context) {
    const changes = await context.changes();
    const stored = await changes.get(id);
    const { plan } = stored;
    if (planOnly)
      return withImpact(changeAnswer(still(stored), { done: plan.title }), await impactOf(plan.requests, context));
    const [request] = plan.requests;
    const outcome = await changes
      .apply(id, { signal: context.signal, onProgress: context.progress })
      .catch((error: unknown) => {
        if (plan.tool === PROVISION && request !== undefined)
          return previewAnew(error, request.body, noteOf(request), context);
        throw error;
      });
    await refuseDifference(outcome, changes, context);
    const made = await versionMade(outcome, changes);
    return changeAnswer(outcome, {
      done: made === null ? `Applied: ${plan.title}` : `Applied: ${plan.title}, as version ${made.version}`,
      extra: present({ version: made?.version, workloads_affected: made?.workloads_affected, href: made?.href }),
    });
  },
});

/** What applying would send: what a person is shown who is asked to confirm it. Throws `conflict` for a plan that is over. */
function still(stored: ChangeOutcome): ChangeOutcome {
  // One that a crash left half-way can be resumed.
  if (stored.state === 'planned' || stored.state === 'applying') return { ...stored, state: 'planned', failure: null };
  throw new Failure('conflict', {
    message: `The plan is ${stored.state}; it runs once.`,
    remedy: 'Look at what it did, or make a new plan.',
    data: { plan_id: stored.plan.id, state: stored.state },
  });
}
