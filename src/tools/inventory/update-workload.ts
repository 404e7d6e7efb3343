import { updateStep } from '../../changes/steps.ts';
import { textOf } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { carryOut, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, flag, oneOf, text, texts } from '../fields.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { meaningOf, MODES, refuseSelective } from './mode-change.ts';
import { different, interfacesOf, isManaged, refuseVenFields, restoredField } from './workload-fields.ts';
import { labelPlanner, labelRefs, labelSet, readLabels } from './workload-labels.ts';
import { workloadTarget } from './workload-target.ts';

export default defineTool({
  name: 'update-workload',
  title: 'Change a workload',
  description:
    'Changes one workload at once, by href or exact name; labels and addresses given replace all it has. For many use bulk-workloads or set-enforcement-mode.',
  toolset: 'inventory',
  effect: 'live',
  input: {
    type: 'object',
    properties: {
      href: text,
      name: described(text, 'Exact name or host name'),
      new_name: text,
      description: text,
      hostname: described(text, 'Only without VEN'),
      enforcement_mode: oneOf(...MODES),
      ip_addresses: described(texts, 'Replaces all; only without VEN'),
      labels: described(texts, 'key=value; replaces all'),
      create_missing: described(flag, 'Create missing labels (default false)'),
      ...dryRun,
    },
  },
  output: changeOutput({ updated_fields: texts }),
  example: { name: 'web-01', labels: ['role=web', 'app=ordering', 'env=prod'] },
  columns: changeColumns,
  effectOf: unlessDryRun('live'),

  async run(args, context) {
    const { labels, ip_addresses: addresses, enforcement_mode: mode, create_missing: createMissing = false } = args;
    const { before, name } = await workloadTarget(args, context);
    const { pce } = await context.changes();
    const known = labels === undefined ? [] : (await context.pce.labels({}, { signal: context.signal })).items;
    const planner = labelPlanner(known, { orgId: pce.orgId, createMissing });
    const given: JsonObject = present({
      name: args.new_name,
      description: args.description,
      hostname: args.hostname,
      enforcement_mode: mode,
      interfaces: addresses === undefined ? undefined : interfacesOf(addresses),
      labels: labels === undefined ? undefined : labelRefs(labelSet(readLabels(labels), planner)),
    });
    if (Object.keys(given).length === 0)
      throw new Failure('invalid_arguments', { message: 'Name at least one thing to change.' });
    if (isManaged(before)) refuseVenFields(name, Object.keys(given));
    else refuseSelective(name, mode);
    const changes = different(before, given);
    const fields = Object.keys(changes);
    const says = `update workload ${name}: ${fields.join(', ')}`;
    const step = updateStep({
      before,
      changes,
      says,
      restore: (field, old) => restoredField(field, old, before),
    });
    return carryOut(
      context,
      {
        tool: 'update-workload',
        title: says,
        effect: 'live',
        requests: step === null ? [] : [...planner.creates, step],
        ...(mode === undefined || !isManaged(before)
          ? {}
          : meaningOf(textOf(before, 'enforcement_mode') ?? '', mode, name)),
      },
      { dryRun: args.dry_run, done: `Workload ${name} updated`, extra: { updated_fields: fields } },
    );
  },
});
