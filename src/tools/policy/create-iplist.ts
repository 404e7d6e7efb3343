import { createStep } from '../../changes/steps.ts';
import { Failure } from '../../core/errors.ts';
import { carryOut, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { text } from '../fields.ts';
import { defineTool } from '../tool.ts';
import { ipListOutput, ipListResult } from './ip-list-result.ts';
import { fqdnsOf, ipListFields, ipRanges } from './ip-ranges.ts';
import { withReadBack } from './outcome.ts';
import { collectionOf, refuseExisting } from './target.ts';

export default defineTool({
  name: 'create-iplist',
  title: 'Create an IP list',
  description:
    'Creates an IP list in the draft from ranges, exclusions and DNS names. Not for a list that exists: update-iplist changes it.',
  toolset: 'policy',
  effect: 'draft',
  input: { type: 'object', properties: { name: text, ...ipListFields, ...dryRun }, required: ['name'] },
  output: changeOutput(ipListOutput),
  example: { name: 'Offices', ip_ranges: [{ from_ip: '10.20.0.0/16' }] },
  columns: changeColumns,
  effectOf: unlessDryRun('draft'),

  async run({ name, description, ip_ranges: ranges = [], fqdn, fqdns, dry_run: planOnly }, context) {
    const body = {
      name,
      ...(description !== undefined && { description }),
      ip_ranges: ipRanges(ranges),
      fqdns: fqdnsOf(fqdn, fqdns),
    };
    if (body.ip_ranges.length + body.fqdns.length === 0)
      throw new Failure('invalid_arguments', { message: 'Give ip_ranges or fqdns: an empty list covers nothing.' });
    const { pce } = await context.changes();
    await refuseExisting('ip_lists', name, pce, context.signal);
    const says = `create IP list ${name}`;
    const step = createStep({ collection: collectionOf(pce, 'ip_lists'), body, says, unique: { name } });
    const answer = await carryOut(
      context,
      { tool: 'create-iplist', title: says, effect: 'draft', requests: [step] },
      { dryRun: planOnly, done: `IP list ${name} created in the draft` },
    );
    return withReadBack(answer, undefined, context, ipListResult);
  },
});
