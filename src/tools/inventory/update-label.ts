import { updateStep } from '../../changes/steps.ts';
import { textOf } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';
import { href as hrefOfText } from '../../core/href.ts';
import { changeAnswer, changeColumns, changeOutput, dryRun } from '../change.ts';
import { described, text } from '../fields.ts';
import { defineTool } from '../tool.ts';

export default defineTool({
  name: 'update-label',
  title: 'Rename a label',
  description:
    'Renames a label at once, everywhere it is used. Give href, or key and value, and new_value; not for moving workloads to another label.',
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
  effectOf: ({ dry_run: planOnly }) => (planOnly === true ? 'read' : 'live'),

  async run({ href, key, value, new_value: newValue, dry_run: planOnly = false }, context) {
    const changes = await context.changes();
    const target = href === undefined ? await byKeyAndValue(key, value, context) : hrefOfText(href);
    const before = await changes.pce.read(target, context.signal);
    if (before === null || before['deleted'] === true) throw new Failure('label_not_found', { data: { href: target } });
    const name = `${textOf(before, 'key') ?? ''}=${textOf(before, 'value') ?? ''}`;
    const step = updateStep({ before, changes: { value: newValue }, says: `rename label ${name} to ${newValue}` });
    if (step === null) throw new Failure('nothing_to_change');
    const outcome = await changes.propose(
      {
        tool: 'update-label',
        title: `Rename label ${name} to ${newValue}`,
        requests: [step],
        widening: [],
        warnings: [],
        mode: 'atomic',
        effect: 'live',
      },
      { dryRun: planOnly, signal: context.signal },
    );
    return changeAnswer(outcome, { done: `Label ${name} renamed to ${newValue}` });
  },
});

async function byKeyAndValue(
  key: string | undefined,
  value: string | undefined,
  { pce, signal }: Parameters<typeof pceOnly>[0],
) {
  if (key === undefined || value === undefined)
    throw new Failure('invalid_arguments', { message: 'Give href, or key and value.' });
  return (await pce.resolve.label(key, value, { signal })).href;
}
