import { changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, text } from '../fields.ts';
import { defineTool } from '../tool.ts';
import { deleteRule } from './change-rule.ts';

export default defineTool({
  name: 'delete-deny-rule',
  title: 'Delete a deny rule',
  description:
    'Deletes one deny rule by href in the draft; find-rules gives hrefs. Not for turning it off: update-deny-rule enabled=false.',
  toolset: 'policy',
  effect: 'draft',
  input: {
    type: 'object',
    properties: { href: described(text, 'Has /deny_rules/ in it'), ...dryRun },
    required: ['href'],
  },
  output: changeOutput({ note: text }),
  example: { href: '/orgs/1/sec_policy/draft/rule_sets/3/deny_rules/9' },
  columns: changeColumns,
  effectOf: unlessDryRun('draft'),
  run: (args, context) => deleteRule('delete-deny-rule', 'deny_rules', args, context),
});
