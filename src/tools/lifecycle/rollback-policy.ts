import { newestVersion, pendingObjects } from '../../changes/policy-objects.ts';
import { planRollback } from '../../changes/rollback.ts';
import { Failure } from '../../core/errors.ts';
import { changeAnswer, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, integer, text, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { defineTool } from '../tool.ts';
import { authorNames } from './authors.ts';
import { diffLines } from './diff-lines.ts';
import { PAST } from './policy-change-row.ts';
import { refuseDifference, versionMade } from './provisioned.ts';
import { impactOf, withImpact } from './traffic-impact.ts';
import { hrefNames } from './wire-text.ts';

export default defineTool({
  name: 'rollback-policy',
  title: 'Roll the active policy back',
  description:
    'Goes back to an earlier policy version (default: the one before the newest) and provisions that. Refuses while drafts are pending. Not for drafts: revert-draft.',
  toolset: 'lifecycle',
  effect: 'provision',
  input: {
    type: 'object',
    properties: {
      version: described({ ...integer, minimum: 1 }, 'To go back to (default: the one before)'),
      ...dryRun,
    },
  },
  output: changeOutput({
    version: integer,
    workloads_affected: integer,
    href: text,
    restores: integer,
    differences: texts,
  }),
  example: { version: 41, dry_run: true },
  columns: changeColumns,
  effectOf: unlessDryRun('provision'),

  async run({ version, dry_run: planOnly = false }, context) {
    const { signal } = context;
    const changes = await context.changes();
    const { pce } = changes;
    const [pending, newest] = await Promise.all([pendingObjects(pce, signal), newestVersion(pce, signal)]);
    if (pending.length > 0) {
      const author = await authorNames(
        pending.map(({ by }) => by),
        pce,
        signal,
      );
      throw new Failure('conflict', {
        message: `${plural(pending.length, 'draft change is', 'draft changes are')} pending; a rollback would mix them up. Nothing was sent.`,
        remedy: 'Provision or revert them first, by their hrefs; nothing is reverted on the side.',
        data: {
          pending: pending.map(
            ({ change, type, name, href, by }) =>
              `${PAST[change]} ${type} ${name} (${href}) by ${author(by) ?? 'unknown'}`,
          ),
        },
      });
    }
    const to = version ?? newest - 1;
    if (to < 1 || to > newest)
      throw new Failure('not_found', {
        message: `There is no policy version ${to} to go back to; the newest is ${newest}.`,
        remedy: 'Use a number that get-policy-versions lists.',
      });
    const plan = await planRollback(to, newest, pce, signal);
    if (plan.requests.length === 0)
      throw new Failure('nothing_to_change', { message: `Version ${newest} says the same as version ${to}.` });
    const names = await hrefNames(context.pce, signal);
    const differences = plan.changes.flatMap(({ change, type, name, href }) => {
      const lines = diffLines(plan.now.get(href) ?? null, plan.earlier.get(href) ?? null, names);
      const undone = { create: 'comes back', update: 'changes back', delete: 'goes away' }[change];
      return [`${type} ${name} ${undone}${lines.length > 0 ? `: ${lines.join('; ')}` : ''} (${href})`];
    });
    const title = `roll back from version ${newest} to version ${to}`;
    const outcome = await changes.propose(
      {
        tool: 'rollback-policy',
        title,
        requests: plan.requests,
        widening: [],
        warnings: [],
        mode: 'atomic',
        effect: 'provision',
      },
      { dryRun: planOnly, signal, onProgress: context.progress },
    );
    await refuseDifference(outcome, changes, context);
    const made = await versionMade(outcome, changes);
    const affected = made?.workloads_affected ?? null;
    const answer = changeAnswer(outcome, {
      done: `Rolled back to version ${to} as version ${made?.version ?? newest + 1}: ${plural(plan.changes.length, 'object')}${affected === null ? '' : `, ${plural(affected, 'workload')} affected`}`,
      extra: {
        differences,
        restores: to,
        ...(made === null
          ? {}
          : { version: made.version, href: made.href, ...(affected === null ? {} : { workloads_affected: affected }) }),
      },
    });
    return planOnly ? withImpact(answer, await impactOf(plan.requests, context)) : answer;
  },
});
