import type { PlannedRequest, WayBack } from '../../changes/plan.ts';
import { asReferences, updateStep } from '../../changes/steps.ts';
import { serviceWidening } from '../../changes/widening.ts';
import { hrefOf } from '../../changes/wire.ts';
import { isObject, type JsonObject } from '../../core/json.ts';
import { readService } from '../../pce/resources/services.ts';
import { carryOut, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, text, texts } from '../fields.ts';
import { defineTool } from '../tool.ts';
import { withReadBack } from './outcome.ts';
import { SERVICE_LISTS, type ServiceList, serviceFields, serviceList } from './service-ports.ts';
import { serviceOutput, serviceResult } from './service-result.ts';
import { describedBefore, policyTarget, refuseExisting } from './target.ts';
import { ruleUses } from './uses.ts';

export default defineTool({
  name: 'update-service',
  title: 'Change a service',
  description:
    'Changes a service in the draft, for every rule that uses it; a list of ports replaces what is there. Not for new services: create-service.',
  toolset: 'policy',
  effect: 'draft',
  input: {
    type: 'object',
    properties: {
      href: text,
      name: described(text, 'Exact, instead of href'),
      new_name: text,
      ...serviceFields,
      ...dryRun,
    },
  },
  output: changeOutput({ updated_fields: texts, ...serviceOutput }),
  example: { name: 'Tomcat', service_ports: [{ proto: 'tcp', port: 8080, to_port: 8081 }] },
  columns: changeColumns,
  effectOf: unlessDryRun('draft'),

  async run({ href, name: named, new_name: newName, description, dry_run: planOnly, ...lists }, context) {
    const given = serviceList(lists);
    const { before, name } = await policyTarget('services', { href, name: named }, context);
    const { pce } = await context.changes();
    if (newName !== undefined && newName !== name) await refuseExisting('services', newName, pce, context.signal);
    const changes: JsonObject = {
      ...(newName !== undefined && { name: newName }),
      ...(description !== undefined && { description }),
      ...(given !== null && { [given.list]: given.wire }),
    };
    const says = `change service ${name}`;
    const step = updateStep({
      before,
      changes,
      says,
      restore: (field, old) => (field === 'description' ? describedBefore(old) : asReferences(field, old)),
    });
    const widening =
      given === null
        ? []
        : serviceWidening(
            name,
            readService(before, pce.orgId).ports,
            readService({ ...without(before, SERVICE_LISTS), ...changes }, pce.orgId).ports,
            await ruleUses(hrefOf(before), context),
          );
    const answer = await carryOut(
      context,
      {
        tool: 'update-service',
        title: says,
        effect: 'draft',
        requests: [step === null || given === null ? step : puttingBackTheList(step, before, given.list)],
        widening,
      },
      {
        dryRun: planOnly,
        done: `Service ${name} changed in the draft`,
        extra: { updated_fields: step?.diff.map(({ field }) => field) ?? [] },
      },
    );
    return withReadBack(answer, hrefOf(before), context, (stored) => serviceResult(stored, changes, pce.orgId));
  },
});

const without = (object: JsonObject, fields: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([field]) => !fields.includes(field)));

/** Giving one list drops the one there was, so a way back that puts fields gives that one. */
function puttingBackTheList(step: PlannedRequest, before: JsonObject, list: ServiceList): PlannedRequest {
  const old = SERVICE_LISTS.find((candidate) => Array.isArray(before[candidate]));
  const { undo } = step;
  if (old === undefined || old === list || undo.kind !== 'requests') return step;
  const putBack = ({ requests, ...rest }: WayBack): WayBack => ({
    ...rest,
    requests: requests.map((request) =>
      request.path === step.path && isObject(request.body)
        ? { ...request, body: { ...without(request.body, [list]), [old]: before[old] } }
        : request,
    ),
  });
  const later = undo.later && putBack(undo.later);
  return { ...step, undo: { ...undo, ...putBack(undo), ...(later && { later }) } };
}
