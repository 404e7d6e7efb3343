import { deleteStep } from '../../changes/steps.ts';
import { hrefOf, textOf } from '../../changes/wire.ts';
import { carryOut, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, text } from '../fields.ts';
import { refuseInUse, usesOf } from '../in-use.ts';
import { defineTool } from '../tool.ts';
import { labelTarget } from './label-target.ts';

export default defineTool({
  name: 'delete-label',
  title: 'Delete a label',
  description:
    'Deletes a label that nothing uses, by exact key and value; says first where it is used. Not for taking a label off workloads: update-workload.',
  toolset: 'inventory',
  effect: 'live',
  input: {
    type: 'object',
    properties: {
      href: described(text, 'The label, instead of key and value'),
      key: described(text, 'Its key'),
      value: described(text, 'Its value'),
      ...dryRun,
    },
  },
  output: changeOutput(),
  example: { key: 'env', value: 'QA' },
  columns: changeColumns,
  effectOf: unlessDryRun('live'),

  async run({ dry_run: planOnly, ...target }, context) {
    const { pce, signal } = context;
    const { before, name } = await labelTarget(target, context);
    const href = hrefOf(before);
    const [uses, carriers] = await Promise.all([
      usesOf(href, pce, signal),
      pce.workloads({ labels: [[href]] }, { signal }),
    ]);
    refuseInUse(`Label ${name}`, uses, carriers.items.length);
    const says = `delete label ${name}`;
    const collection = href.slice(0, href.lastIndexOf('/'));
    const again = { collection, body: { key: textOf(before, 'key'), value: textOf(before, 'value') } };
    return carryOut(
      context,
      { tool: 'delete-label', title: says, effect: 'live', requests: [deleteStep({ before, says, again })] },
      { dryRun: planOnly, done: `Label ${name} deleted` },
    );
  },
});
