import { neededBesides } from '../../changes/closure.ts';
import { pendingObjects, readVersion } from '../../changes/policy-objects.ts';
import { chosenFrom } from '../../changes/provision.ts';
import { revertStep } from '../../changes/revert.ts';
import { Failure } from '../../core/errors.ts';
import { carryOut, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { defineTool } from '../tool.ts';
import { authorNames } from './authors.ts';
import { PAST } from './policy-change-row.ts';

export default defineTool({
  name: 'revert-draft',
  title: 'Revert draft changes',
  description:
    'Throws away the pending changes of the objects given by href, with those that depend on them. Not for what is already provisioned: rollback-policy.',
  toolset: 'lifecycle',
  effect: 'provision',
  input: {
    type: 'object',
    properties: {
      hrefs: described(texts, 'Pending objects, as compare-draft-active'),
      ...dryRun,
    },
    required: ['hrefs'],
  },
  output: changeOutput({ reverted: texts }),
  example: { hrefs: ['/orgs/1/sec_policy/draft/rule_sets/12'], dry_run: true },
  columns: changeColumns,
  effectOf: unlessDryRun('provision'),

  async run({ hrefs, dry_run: planOnly }, context) {
    const { signal } = context;
    const { pce } = await context.changes();
    const pending = await pendingObjects(pce, signal);
    const { chosen, missing } = chosenFrom(pending, hrefs);
    if (missing.length > 0 || chosen.length === 0)
      throw new Failure('not_found', {
        message: 'Not pending; nothing was reverted.',
        remedy: 'Give hrefs that compare-draft-active lists.',
        data: { not_pending: missing },
      });
    const needed = await neededBesides('revert', chosen, pending, pce, signal);
    const all = [...chosen, ...needed.map(({ change }) => change)];
    const [drafts, actives, author] = await Promise.all([
      readVersion(
        all.map(({ href }) => href),
        'draft',
        pce,
        signal,
      ),
      readVersion(
        all.map(({ href }) => href),
        'active',
        pce,
        signal,
      ),
      authorNames(
        all.map(({ by }) => by),
        pce,
        signal,
      ),
    ]);
    const present = new Map([...drafts].flatMap(([href, draft]) => (draft === null ? [] : [[href, draft] as const])));
    const { step } = revertStep({ orgId: pce.orgId, drafts: present, actives });
    const told = (count: string): string => `${count} of the draft`;
    const title = `revert ${told(plural(all.length, 'change'))}`;
    const backLoses =
      step.undo.kind === 'none'
        ? `Cannot be undone: ${step.undo.why}.`
        : `An undo makes the drafts again, but loses: ${step.undo.loses.join(', ')}.`;
    const along = needed.map(
      ({ change }) => `${change.type} ${change.name} goes along: it depends on what is reverted.`,
    );
    const reverted = all.map(
      ({ change, type, name, href, by }) => `${PAST[change]} ${type} ${name} (${href}) by ${author(by) ?? 'unknown'}`,
    );
    return carryOut(
      context,
      { tool: 'revert-draft', title, effect: 'provision', requests: [step], warnings: [backLoses, ...along] },
      {
        dryRun: planOnly,
        done: `Reverted ${told(plural(all.length, 'change'))}: ${all.map(({ name }) => name).join(', ')}`,
        extra: { reverted },
      },
    );
  },
});
