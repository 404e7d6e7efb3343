import { changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, flag, text } from '../fields.ts';
import { defineTool } from '../tool.ts';
import { addRule } from './add-rule.ts';
import { withFields } from './outcome.ts';
import { intoRuleSet, ruleFields, ruleOutput } from './rule-fields.ts';

export default defineTool({
  name: 'create-deny-rule',
  title: 'Create a deny rule',
  description:
    'Adds a deny rule to a ruleset in the draft; override_deny beats every allow rule. Not for allowing: create-rule.',
  toolset: 'policy',
  effect: 'draft',
  input: {
    type: 'object',
    properties: { ...intoRuleSet, ...ruleFields, override_deny: described(flag, 'Beats allow rules'), ...dryRun },
    required: ['providers', 'consumers', 'ingress_services'],
  },
  output: changeOutput({ rule: ruleOutput, override_deny_warning: text }),
  example: {
    ruleset_name: 'Ordering',
    consumers: ['iplist:"Any (0.0.0.0/0 and ::/0)"'],
    providers: ['ams'],
    ingress_services: [{ port: 3389, proto: 'tcp' }],
    unscoped_consumers: true,
  },
  columns: changeColumns,
  effectOf: unlessDryRun('draft'),

  async run({ override_deny: override = false, ...args }, context) {
    const answer = await addRule('create-deny-rule', override ? 'override_deny' : 'deny', args, context);
    return override ? withFields(answer, { override_deny_warning: OVERRIDE_WARNING }) : answer;
  },
});

const OVERRIDE_WARNING =
  'An override deny blocks also what allow rules allow, in every ruleset; only VEN 22.3 and later know it.';
