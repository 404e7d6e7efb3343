import { changeAnswer, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, flag, integer, text } from '../fields.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { refuseDifference, versionMade } from './provisioned.ts';
import { impactOf, withImpact } from './traffic-impact.ts';

export default defineTool({
  name: 'undo-change',
  title: 'Undo a change',
  description:
    'Takes back what a plan did, or what it got done before it failed; says first what cannot come back as it was. Not for changes made elsewhere.',
  toolset: 'lifecycle',
  // The least any plan needs; each plan is judged by the effect it was made with.
  effect: 'live',
  input: {
    type: 'object',
    properties: { plan_id: described(text, 'plan_id of the change'), ...dryRun },
    required: ['plan_id'],
  },
  output: changeOutput({ partial: flag, undoes: text, version: integer, workloads_affected: integer, href: text }),
  example: { plan_id: 'plan_0123456789abcdef0123456789abcdef', dry_run: true },
  columns: changeColumns,
  effectOf: unlessDryRun('live'),

  async run({ plan_id: id, dry_run: planOnly = false }, context) {
    const changes = await context.changes();
    const { plan } = await changes.get(id);
    const outcome = await changes.undo(id, { dryRun: planOnly, signal: context.signal, onProgress: context.progress });
    await refuseDifference(outcome, changes, context);
    const made = await versionMade(outcome, changes);
    const { warnings } = outcome.plan;
    const partial = warnings.length > 0;
    const answer = changeAnswer(outcome, {
      done: `Undone: ${plan.title}`,
      extra: {
        partial,
        undoes: plan.id,
        ...present({ version: made?.version, workloads_affected: made?.workloads_affected, href: made?.href }),
      },
    });
    const said = partial ? { ...answer, answer: `Partial: ${warnings.join(' ')} ${answer.answer}` } : answer;
    return planOnly ? withImpact(said, await impactOf(outcome.plan.requests, context)) : said;
  },
});
