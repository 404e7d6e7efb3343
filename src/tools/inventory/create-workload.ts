import { findExact } from '../../changes/check.ts';
import { createStep } from '../../changes/steps.ts';
import { hrefOf } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';
import { carryOut, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, flag, oneOf, text, texts } from '../fields.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { MODES, refuseSelective } from './mode-change.ts';
import { interfacesOf } from './workload-fields.ts';
import { labelPlanner, labelRefs, labelSet, labelsText, readLabels } from './workload-labels.ts';

export default defineTool({
  name: 'create-workload',
  title: 'Create an unmanaged workload',
  description:
    'Creates an unmanaged workload at once, and labels it names that are missing. Not for hosts with a VEN: pairing makes those. Many: bulk-workloads.',
  toolset: 'inventory',
  effect: 'live',
  input: {
    type: 'object',
    properties: {
      name: text,
      ip_addresses: texts,
      labels: described(texts, 'key=value, one per key'),
      hostname: described(text, 'Default: the name'),
      description: text,
      enforcement_mode: oneOf(...MODES),
      external_data_set: text,
      external_data_reference: text,
      create_missing: described(flag, 'Create missing labels (default true)'),
      ...dryRun,
    },
    required: ['name', 'ip_addresses'],
  },
  output: changeOutput(),
  example: { name: 'printer-17', ip_addresses: ['10.4.0.17'], labels: ['role=printer', 'loc=az-weu'] },
  columns: changeColumns,
  effectOf: unlessDryRun('live'),

  async run(args, context) {
    const { name, ip_addresses: addresses, labels = [], create_missing: createMissing = true } = args;
    const { hostname = name, description, enforcement_mode: mode } = args;
    const { signal } = context;
    const { pce } = await context.changes();
    const collection = `/orgs/${pce.orgId}/workloads`;
    refuseSelective(name, mode);
    const [existing] = await findExact(collection, { name }, pce, signal);
    if (existing !== undefined)
      throw new Failure('already_exists', {
        message: `Workload ${name} exists already.`,
        data: { href: hrefOf(existing) },
      });
    const { items: known } = await context.pce.labels({}, { signal });
    const planner = labelPlanner(known, { orgId: pce.orgId, createMissing });
    const carried = labelSet(readLabels(labels), planner);
    const body = {
      name,
      hostname,
      interfaces: interfacesOf(addresses),
      labels: labelRefs(carried),
      ...present({
        description,
        enforcement_mode: mode,
        external_data_set: args.external_data_set,
        external_data_reference: args.external_data_reference,
      }),
    };
    const says = `create workload ${name}${carried.length === 0 ? '' : ` (${labelsText(carried)})`}`;
    const step = createStep({ collection, body, says, unique: { name } });
    return carryOut(
      context,
      { tool: 'create-workload', title: says, effect: 'live', requests: [...planner.creates, step] },
      { dryRun: args.dry_run, done: `Workload ${name} created` },
    );
  },
});
