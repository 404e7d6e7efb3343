import { updateStep } from '../../changes/steps.ts';
import { carryOut, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, text } from '../fields.ts';
import { defineTool } from '../tool.ts';
import { labelTarget } from './label-target.ts';

export default defineTool({
  name: 'update-label',
  title: 'Rename a label',
  description:
    'Renames a label at once, everywhere it is used. Give href, or key and value, and new_value. Not for moving workloads to another label: update-workload.',
  toolset: 'inventory',
  effect: 'live',
  input: {
    type: 'object',
    properties: {
      href: described(text, 'The label, instead of key and value'),
      key: described(text, 'Its key'),
      value: described(text, 'Its value now'),
      new_value: described(text, 'Its value after'),
      ...dryRun,
    },
    required: ['new_value'],
  },
  output: changeOutput(),
  example: { key: 'env', value: 'PRD', new_value: 'prod' },
  columns: changeColumns,
  effectOf: unlessDryRun('live'),

  async run({ new_value: newValue, dry_run: planOnly, ...target }, context) {
    const { before, name } = await labelTarget(target, context);
    const says = `rename label ${name} to ${newValue}`;
    return carryOut(
      context,
      {
        tool: 'update-label',
        title: says,
        effect: 'live',
        requests: [updateStep({ before, changes: { value: newValue }, says })],
      },
      { dryRun: planOnly, done: `Label ${name} renamed to ${newValue}` },
    );
  },
});
