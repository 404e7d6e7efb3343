import { asReferences, updateStep } from '../../changes/steps.ts';
import { nameOf, textOf } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';
import { href as parseHref, typeOf } from '../../core/href.ts';
import { isObject, type JsonObject } from '../../core/json.ts';
import { carryOut, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, flag, oneOf, text, texts } from '../fields.ts';
import { meaningOf, MODES } from '../inventory/mode-change.ts';
import { different } from '../inventory/workload-fields.ts';
import { type LabelInPlan, labelPlanner, labelSet, readLabels } from '../inventory/workload-labels.ts';
import { present } from '../present.ts';
import { defineTool, type ToolContext } from '../tool.ts';

export default defineTool({
  name: 'update-container-workload-profile',
  title: 'Change a namespace profile',
  description:
    'Changes at once what a namespace of a cluster gets: managed, mode, labels. Take profile_href from get-container-workload-profiles; for hosts and nodes use update-workload.',
  toolset: 'containers',
  effect: 'live',
  input: {
    type: 'object',
    properties: {
      profile_href: described(text, 'The profile'),
      managed: described(flag, 'Whether its pods are managed'),
      enforcement_mode: oneOf(...MODES),
      assign_labels: described(texts, 'key=value or hrefs; replaces assigned ones'),
      ...dryRun,
    },
    required: ['profile_href'],
  },
  output: changeOutput({ updated_fields: texts }),
  example: {
    profile_href:
      '/orgs/1/container_clusters/5d5b6fd6-0e2d-4a7f-9a41-3a6f3b1c2d4e/container_workload_profiles/9f1c2b3a-4d5e-4f60-8a1b-2c3d4e5f6071',
    managed: true,
    assign_labels: ['app=shop', 'env=prod'],
  },
  columns: changeColumns,
  effectOf: unlessDryRun('live'),

  async run(args, context) {
    const { managed, enforcement_mode: mode, assign_labels: wanted } = args;
    const { pce } = await context.changes();
    const target = parseHref(args.profile_href);
    if (typeOf(target) !== 'container_workload_profiles')
      throw new Failure('invalid_href', {
        message: 'That is not the href of a container workload profile.',
        data: { href: target },
      });
    const before = await pce.read(target, context.signal);
    if (before === null)
      throw new Failure('not_found', { message: 'There is no such profile.', data: { href: target } });
    const name = textOf(before, 'namespace') ?? nameOf(before);
    const given: JsonObject = {
      ...present({ managed, enforcement_mode: mode }),
      ...(wanted !== undefined && labelFields(before, await labelsOf(wanted, context, pce.orgId))),
    };
    if (Object.keys(given).length === 0)
      throw new Failure('invalid_arguments', { message: 'Name at least one thing to change.' });
    const changes = different(before, given);
    const fields = Object.keys(changes);
    const says = `update the profile of namespace ${name}: ${fields.join(', ')}`;
    const meaning = mode === undefined ? null : meaningOf(textOf(before, 'enforcement_mode') ?? '', mode, name);
    const unmanaged = managed === false && before['managed'] === true;
    return carryOut(
      context,
      {
        tool: 'update-container-workload-profile',
        title: says,
        effect: 'live',
        requests: fields.length === 0 ? [] : [updateStep({ before, changes, says })],
        widening: [
          ...(meaning?.widening ?? []),
          ...(unmanaged ? [`${name} is no longer managed: nothing is enforced on its pods`] : []),
        ],
        warnings: meaning?.warnings ?? [],
      },
      { dryRun: args.dry_run, done: `Profile of namespace ${name} updated`, extra: { updated_fields: fields } },
    );
  },
});

async function labelsOf(
  wanted: readonly string[],
  { pce, signal }: ToolContext,
  orgId: string,
): Promise<readonly LabelInPlan[]> {
  const { items } = await pce.labels({}, { signal });
  return labelSet(readLabels(wanted), labelPlanner(items, { orgId, createMissing: false }));
}

/**
 * Assigned labels in the form the PCE showed them: `labels`, where choices that are left to the namespace stay unless their key is
 * assigned now, or the older `assign_labels`.
 */
function labelFields(before: JsonObject, labels: readonly LabelInPlan[]): JsonObject {
  if (!Array.isArray(before['labels'])) return { assign_labels: labels.map(({ href }) => ({ href })) };
  const keys = new Set<unknown>(labels.map(({ key }) => key));
  const choices = entriesOf(before['labels']).filter((entry) => 'restriction' in entry && !keys.has(entry['key']));
  return {
    labels: [
      ...labels.map(({ key, href }) => ({ key, assignment: { href } })),
      ...choices.map((choice) => asReferences('labels', choice)),
    ],
  };
}

const entriesOf = (labels: unknown): readonly JsonObject[] =>
  Array.isArray(labels) ? labels.filter((entry): entry is JsonObject => isObject(entry)) : [];
