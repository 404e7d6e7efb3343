import { changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, flag, text, texts } from '../fields.ts';
import { defineTool } from '../tool.ts';
import { changeRule } from './change-rule.ts';
import { ruleFields, ruleOutput } from './rule-fields.ts';

export default defineTool({
  name: 'update-deny-rule',
  title: 'Change a deny rule',
  description:
    'Changes a deny rule by href in the draft; a list that is given replaces the one there. Not for allow rules: update-sec-rule.',
  toolset: 'policy',
  effect: 'draft',
  input: {
    type: 'object',
    properties: {
      href: described(text, 'Has /deny_rules/ in it'),
      ...ruleFields,
      enabled: flag,
      description: text,
      override_deny: described(flag, 'Beats allow rules'),
      ...dryRun,
    },
    required: ['href'],
  },
  output: changeOutput({ updated_fields: texts, ingress_services_resolved: texts, rule: ruleOutput }),
  example: { href: '/orgs/1/sec_policy/draft/rule_sets/3/deny_rules/10', enabled: false },
  columns: changeColumns,
  effectOf: unlessDryRun('draft'),
  run: (args, context) => changeRule('update-deny-rule', 'deny_rules', args, context),
});
