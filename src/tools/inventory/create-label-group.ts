import { createStep } from '../../changes/steps.ts';
import { Failure } from '../../core/errors.ts';
import { carryOut, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, text, texts } from '../fields.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { memberGroups, memberLabels, memberSource } from './label-group-members.ts';

export default defineTool({
  name: 'create-label-group',
  title: 'Create a label group',
  description:
    'Creates a label group in the draft: labels of one key under one name for scopes and rules. Takes effect when provisioned. Not for new labels: create-label.',
  toolset: 'inventory',
  effect: 'draft',
  input: {
    type: 'object',
    properties: {
      name: text,
      key: described(text, 'Key of all members: env, app, loc, ...'),
      labels: described(texts, 'Values, key=value|value or hrefs'),
      sub_groups: described(texts, 'Label groups of the same key, by name'),
      description: text,
      ...dryRun,
    },
    required: ['name', 'key'],
  },
  output: changeOutput(),
  example: { name: 'non-prod', key: 'env', labels: ['dev', 'staging'] },
  columns: changeColumns,
  effectOf: unlessDryRun('draft'),

  async run({ name, key, labels = [], sub_groups: subGroups = [], description, dry_run: planOnly }, context) {
    const { pce } = await context.changes();
    const source = await memberSource(context);
    const existing = source.groups.find((group) => group.name === name);
    if (existing !== undefined)
      throw new Failure('already_exists', {
        message: `Label group ${name} exists already.`,
        data: { href: existing.href },
      });
    const members = memberLabels(labels, key, source);
    const groups = memberGroups(subGroups, key, source);
    const collection = `/orgs/${pce.orgId}/sec_policy/draft/label_groups`;
    const body = {
      name,
      key,
      ...present({ description }),
      labels: members.map(({ href }) => ({ href })),
      sub_groups: groups.map(({ href }) => ({ href })),
    };
    const says = `create label group ${name} (${key}: ${[...members.map(({ value }) => value), ...groups.map((group) => group.name)].join(', ') || 'empty'})`;
    const step = createStep({ collection, body, says, unique: { name } });
    return carryOut(
      context,
      { tool: 'create-label-group', title: says, effect: 'draft', requests: [step] },
      {
        dryRun: planOnly,
        done: `Label group ${name} created in the draft`,
        next: ['provision-policy puts it into effect.'],
      },
    );
  },
});
