import { asReferences, updateStep } from '../../changes/steps.ts';
import { ipListWidening } from '../../changes/widening.ts';
import { hrefOf } from '../../changes/wire.ts';
import type { JsonObject } from '../../core/json.ts';
import { readIpList } from '../../pce/resources/ip-lists.ts';
import { carryOut, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, text } from '../fields.ts';
import { defineTool } from '../tool.ts';
import { ipListOutput, ipListResult } from './ip-list-result.ts';
import { fqdnsOf, ipListFields, ipRanges } from './ip-ranges.ts';
import { withReadBack } from './outcome.ts';
import { describedBefore, policyTarget, refuseExisting } from './target.ts';
import { ruleUses } from './uses.ts';

export default defineTool({
  name: 'update-iplist',
  title: 'Change an IP list',
  description:
    'Changes an IP list in the draft; ip_ranges and fqdns replace what is there. Says where it widens policy. Not for new lists: create-iplist.',
  toolset: 'policy',
  effect: 'draft',
  input: {
    type: 'object',
    properties: {
      href: text,
      name: described(text, 'Exact, instead of href'),
      new_name: text,
      ...ipListFields,
      ...dryRun,
    },
  },
  output: changeOutput(ipListOutput),
  example: { name: 'Offices', ip_ranges: [{ from_ip: '10.20.0.0/16' }, { from_ip: '10.20.9.0/24', exclusion: true }] },
  columns: changeColumns,
  effectOf: unlessDryRun('draft'),

  async run({ new_name: newName, description, ip_ranges: ranges, fqdn, fqdns, dry_run: planOnly, ...target }, context) {
    const { before, name } = await policyTarget('ip_lists', target, context);
    const { pce } = await context.changes();
    if (newName !== undefined && newName !== name) await refuseExisting('ip_lists', newName, pce, context.signal);
    const changes: JsonObject = {
      ...(newName !== undefined && { name: newName }),
      ...(description !== undefined && { description }),
      ...(ranges !== undefined && { ip_ranges: ipRanges(ranges) }),
      ...((fqdn !== undefined || fqdns !== undefined) && { fqdns: fqdnsOf(fqdn, fqdns) }),
    };
    const says = `change IP list ${name}`;
    const step = updateStep({
      before,
      changes,
      says,
      restore: (field, old) => (field === 'description' ? describedBefore(old) : asReferences(field, old)),
    });
    const grows = 'ip_ranges' in changes || 'fqdns' in changes;
    const widening = grows
      ? ipListWidening(
          readIpList(before, pce.orgId),
          readIpList({ ...before, ...changes }, pce.orgId),
          await ruleUses(hrefOf(before), context),
        )
      : [];
    const answer = await carryOut(
      context,
      { tool: 'update-iplist', title: says, effect: 'draft', requests: [step], widening },
      { dryRun: planOnly, done: `IP list ${name} changed in the draft` },
    );
    return withReadBack(answer, hrefOf(before), context, ipListResult);
  },
});
