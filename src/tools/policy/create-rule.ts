import { changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { flag, text } from '../fields.ts';
import { defineTool } from '../tool.ts';
import { addRule } from './add-rule.ts';
import { egressServices, intoRuleSet, ruleFields, ruleOutput } from './rule-fields.ts';

export default defineTool({
  name: 'create-rule',
  title: 'Create an allow rule',
  description:
    'Adds an allow rule to a ruleset in the draft. Not for deny rules (create-deny-rule) nor for a new ruleset (create-ruleset).',
  toolset: 'policy',
  effect: 'draft',
  input: {
    type: 'object',
    properties: {
      ...intoRuleSet,
      ...ruleFields,
      egress_services: egressServices,
      enabled: flag,
      description: text,
      ...dryRun,
    },
    required: ['providers', 'consumers', 'ingress_services'],
  },
  output: changeOutput({ rule: ruleOutput }),
  example: {
    ruleset_name: 'Ordering',
    consumers: ['role=web'],
    providers: ['role=db'],
    ingress_services: [{ port: 5432, proto: 'tcp' }],
  },
  columns: changeColumns,
  effectOf: unlessDryRun('draft'),
  run: (args, context) => addRule('create-rule', 'allow', args, context),
});
