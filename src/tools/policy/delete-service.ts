import { bodyOf } from '../../changes/post-body.ts';
import { deleteStep } from '../../changes/steps.ts';
import { hrefOf } from '../../changes/wire.ts';
import { carryOut, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, text } from '../fields.ts';
import { refuseInUse, usesOf } from '../in-use.ts';
import { defineTool } from '../tool.ts';
import { collectionOf, policyTarget } from './target.ts';

export default defineTool({
  name: 'delete-service',
  title: 'Delete a service',
  description:
    'Deletes a service that no rule uses, in the draft; says first where it is used. Not for changing its ports: update-service.',
  toolset: 'policy',
  effect: 'draft',
  input: {
    type: 'object',
    properties: { href: text, name: described(text, 'Exact, instead of href'), ...dryRun },
  },
  output: changeOutput({ href: text }),
  example: { name: 'Tomcat' },
  columns: changeColumns,
  effectOf: unlessDryRun('draft'),

  async run({ dry_run: planOnly, ...target }, context) {
    const { before, name } = await policyTarget('services', target, context);
    const href = hrefOf(before);
    refuseInUse(`Service ${name}`, await usesOf(href, context.pce, context.signal));
    const { pce } = await context.changes();
    const says = `delete service ${name}`;
    const again = { collection: collectionOf(pce, 'services'), body: bodyOf(before, 'services') };
    return carryOut(
      context,
      { tool: 'delete-service', title: says, effect: 'draft', requests: [deleteStep({ before, says, again })] },
      { dryRun: planOnly, done: `Service ${name} deleted in the draft`, extra: { href } },
    );
  },
});
