import { bodyOf } from '../../changes/post-body.ts';
import { deleteStep } from '../../changes/steps.ts';
import { hrefOf } from '../../changes/wire.ts';
import { carryOut, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, text } from '../fields.ts';
import { refuseInUse, usesOf } from '../in-use.ts';
import { defineTool } from '../tool.ts';
import { collectionOf, policyTarget } from './target.ts';

export default defineTool({
  name: 'delete-iplist',
  title: 'Delete an IP list',
  description:
    'Deletes an IP list that no rule uses, in the draft; says first where it is used. Not for emptying one: update-iplist.',
  toolset: 'policy',
  effect: 'draft',
  input: {
    type: 'object',
    properties: { href: text, name: described(text, 'Exact, instead of href'), ...dryRun },
  },
  output: changeOutput({ href: text }),
  example: { name: 'Offices' },
  columns: changeColumns,
  effectOf: unlessDryRun('draft'),

  async run({ dry_run: planOnly, ...target }, context) {
    const { before, name } = await policyTarget('ip_lists', target, context);
    const href = hrefOf(before);
    refuseInUse(`IP list ${name}`, await usesOf(href, context.pce, context.signal));
    const { pce } = await context.changes();
    const says = `delete IP list ${name}`;
    const again = { collection: collectionOf(pce, 'ip_lists'), body: bodyOf(before, 'ip_lists') };
    return carryOut(
      context,
      { tool: 'delete-iplist', title: says, effect: 'draft', requests: [deleteStep({ before, says, again })] },
      { dryRun: planOnly, done: `IP list ${name} deleted in the draft`, extra: { href } },
    );
  },
});
