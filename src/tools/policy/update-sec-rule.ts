import { changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, flag, text, texts } from '../fields.ts';
import { defineTool } from '../tool.ts';
import { changeRule } from './change-rule.ts';
import { egressServices, ruleFields, ruleOutput } from './rule-fields.ts';

export default defineTool({
  name: 'update-sec-rule',
  title: 'Change an allow rule',
  description:
    'Changes an allow rule by href in the draft; a list that is given replaces the one there. Not for deny rules: update-deny-rule.',
  toolset: 'policy',
  effect: 'draft',
  input: {
    type: 'object',
    properties: {
      href: described(text, 'Has /sec_rules/ in it'),
      ...ruleFields,
      egress_services: egressServices,
      enabled: flag,
      description: text,
      ...dryRun,
    },
    required: ['href'],
  },
  output: changeOutput({
    updated_fields: texts,
    ingress_services_resolved: texts,
    egress_services_resolved: texts,
    policy_widening_warning: text,
    rule: ruleOutput,
  }),
  example: { href: '/orgs/1/sec_policy/draft/rule_sets/3/sec_rules/9', ingress_services: [{ service: 'HTTPS' }] },
  columns: changeColumns,
  effectOf: unlessDryRun('draft'),
  run: (args, context) => changeRule('update-sec-rule', 'sec_rules', args, context),
});
