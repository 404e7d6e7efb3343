import { createStep } from '../../changes/steps.ts';
import { Failure } from '../../core/errors.ts';
import { carryOut, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { text } from '../fields.ts';
import { defineTool } from '../tool.ts';
import { withReadBack } from './outcome.ts';
import { serviceFields, serviceList } from './service-ports.ts';
import { serviceOutput, serviceResult } from './service-result.ts';
import { collectionOf, refuseExisting } from './target.ts';

export default defineTool({
  name: 'create-service',
  title: 'Create a service',
  description:
    'Creates a service in the draft: ports, Windows services or Windows egress processes, one of them. Not for one port in one rule: give the rule that port.',
  toolset: 'policy',
  effect: 'draft',
  input: { type: 'object', properties: { name: text, ...serviceFields, ...dryRun }, required: ['name'] },
  output: changeOutput(serviceOutput),
  example: { name: 'Tomcat', service_ports: [{ proto: 'tcp', port: 8080 }] },
  columns: changeColumns,
  effectOf: unlessDryRun('draft'),

  async run({ name, description, dry_run: planOnly, ...lists }, context) {
    const given = serviceList(lists);
    if (given === null) throw new Failure('empty_service');
    const body = { name, ...(description !== undefined && { description }), [given.list]: given.wire };
    const { pce } = await context.changes();
    // The PCE takes the same name twice (objects.md §7.2), but then neither can be named any more.
    await refuseExisting('services', name, pce, context.signal);
    const says = `create service ${name}`;
    const step = createStep({ collection: collectionOf(pce, 'services'), body, says, unique: { name } });
    const answer = await carryOut(
      context,
      { tool: 'create-service', title: says, effect: 'draft', requests: [step] },
      { dryRun: planOnly, done: `Service ${name} created in the draft` },
    );
    return withReadBack(answer, undefined, context, (stored) => serviceResult(stored, body, pce.orgId));
  },
});
