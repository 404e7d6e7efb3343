import { findExact } from '../../changes/check.ts';
import { createStep } from '../../changes/steps.ts';
import { hrefOf } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';
import { changeAnswer, changeColumns, changeOutput, dryRun } from '../change.ts';
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
  effectOf: ({ dry_run: planOnly }) => (planOnly === true ? 'read' : 'live'),

  async run({ key, value, dry_run: planOnly = false }, context) {
    const changes = await context.changes();
    const { pce } = changes;
    const collection = `/orgs/${pce.orgId}/labels`;
    const [existing] = await findExact(collection, { key, value }, pce, context.signal);
    if (existing !== undefined)
      throw new Failure('already_exists', {
        message: `Label ${key}=${value} exists already.`,
        data: { href: hrefOf(existing) },
      });
    const step = createStep({
      collection,
      body: { key, value },
      says: `create label ${key}=${value}`,
      unique: { key, value },
    });
    const outcome = await changes.propose(
      {
        tool: 'create-label',
        title: `Create label ${key}=${value}`,
        requests: [step],
        widening: [],
        warnings: [],
        mode: 'atomic',
        effect: 'live',
      },
      { dryRun: planOnly, signal: context.signal },
    );
    return changeAnswer(outcome, { done: `Label ${key}=${value} created` });
  },
});
