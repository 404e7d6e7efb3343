import { findExact } from '../../changes/check.ts';
import { createStep } from '../../changes/steps.ts';
import { hrefOf } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';
import { carryOut, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, text } from '../fields.ts';
import { defineTool } from '../tool.ts';

export default defineTool({
  name: 'create-label',
  title: 'Create a label',
  description:
    'Creates a label at once (labels are not provisioned). Use it for a new value of a key that exists; not to rename: update-label does that.',
  toolset: 'inventory',
  effect: 'live',
  input: {
    type: 'object',
    properties: {
      key: described(text, 'Label type: role, app, env, loc or own'),
      value: described(text, 'The new value'),
      ...dryRun,
    },
    required: ['key', 'value'],
  },
  output: changeOutput(),
  example: { key: 'env', value: 'QA' },
  columns: changeColumns,
  effectOf: unlessDryRun('live'),

  async run({ key, value, dry_run: planOnly }, context) {
    const { pce } = await context.changes();
    const collection = `/orgs/${pce.orgId}/labels`;
    const [existing] = await findExact(collection, { key, value }, pce, context.signal);
    if (existing !== undefined)
      throw new Failure('already_exists', {
        message: `Label ${key}=${value} exists already.`,
        data: { href: hrefOf(existing) },
      });
    const says = `create label ${key}=${value}`;
    const step = createStep({ collection, body: { key, value }, says, unique: { key, value } });
    return carryOut(
      context,
      { tool: 'create-label', title: says, effect: 'live', requests: [step] },
      { dryRun: planOnly, done: `Label ${key}=${value} created` },
    );
  },
});
