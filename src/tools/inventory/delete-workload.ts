import { deleteStep } from '../../changes/steps.ts';
import { hrefOf } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';
import { carryOut, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, text } from '../fields.ts';
import { refuseInUse, usesOf } from '../in-use.ts';
import { defineTool } from '../tool.ts';
import { bodyOfWorkload, isManaged } from './workload-fields.ts';
import { workloadTarget } from './workload-target.ts';

export default defineTool({
  name: 'delete-workload',
  title: 'Delete an unmanaged workload',
  description:
    'Deletes one unmanaged workload at once, by href or exact name; says first which rules name it. Not for hosts with a VEN: unpair those.',
  toolset: 'inventory',
  effect: 'live',
  input: {
    type: 'object',
    properties: { href: text, name: described(text, 'Exact name or host name'), ...dryRun },
  },
  output: changeOutput(),
  example: { name: 'printer-17' },
  columns: changeColumns,
  effectOf: unlessDryRun('live'),

  async run({ dry_run: planOnly, ...target }, context) {
    const { before, name } = await workloadTarget(target, context);
    const href = hrefOf(before);
    if (isManaged(before))
      throw new Failure('managed_workload', {
        message: `${name} is managed: it goes when its VEN is unpaired, it cannot be deleted.`,
        remedy: 'Unpair its VEN in the PCE console or on the host; nothing was sent.',
        data: { href },
      });
    refuseInUse(`Workload ${name}`, await usesOf(href, context.pce, context.signal));
    const says = `delete workload ${name}`;
    const again = { collection: href.slice(0, href.lastIndexOf('/')), body: bodyOfWorkload(before) };
    return carryOut(
      context,
      {
        tool: 'delete-workload',
        title: says,
        effect: 'live',
        requests: [deleteStep({ before, says, again })],
        warnings: ['Undoing makes it again with another href, author and times.'],
      },
      { dryRun: planOnly, done: `Workload ${name} deleted` },
    );
  },
});
