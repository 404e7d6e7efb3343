import { asReferences, deleteStep } from '../../changes/steps.ts';
import { hrefOf, textOf } from '../../changes/wire.ts';
import { carryOut, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, text } from '../fields.ts';
import { refuseInUse, usesOf } from '../in-use.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { labelGroupTarget } from './label-group-target.ts';

export default defineTool({
  name: 'delete-label-group',
  title: 'Delete a label group',
  description:
    'Deletes a label group in the draft when nothing uses it; says first where it is used. Its labels stay. Not for labels: delete-label.',
  toolset: 'inventory',
  effect: 'draft',
  input: {
    type: 'object',
    properties: { href: text, name: described(text, 'Exact name'), ...dryRun },
  },
  output: changeOutput(),
  example: { name: 'non-prod' },
  columns: changeColumns,
  effectOf: unlessDryRun('draft'),

  async run({ dry_run: planOnly, ...target }, context) {
    const { before, name, key } = await labelGroupTarget(target, context);
    const href = hrefOf(before);
    refuseInUse(`Label group ${name}`, await usesOf(href, context.pce, context.signal));
    const says = `delete label group ${name}`;
    const body = {
      name,
      key,
      ...present({ description: textOf(before, 'description') }),
      labels: asReferences('labels', before['labels'] ?? []),
      sub_groups: asReferences('sub_groups', before['sub_groups'] ?? []),
    };
    const again = { collection: href.slice(0, href.lastIndexOf('/')), body };
    return carryOut(
      context,
      { tool: 'delete-label-group', title: says, effect: 'draft', requests: [deleteStep({ before, says, again })] },
      {
        dryRun: planOnly,
        done: `Label group ${name} deleted in the draft`,
        next: ['provision-policy puts it into effect.'],
      },
    );
  },
});
