import { changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, text } from '../fields.ts';
import { defineTool } from '../tool.ts';
import { deleteRule } from './change-rule.ts';

export default defineTool({
  name: 'delete-sec-rule',
  title: 'Delete an allow rule',
  description:
    'Deletes one allow rule by href in the draft; find-rules gives hrefs. Not for turning it off: update-sec-rule enabled=false.',
  toolset: 'policy',
  effect: 'draft',
  input: {
    type: 'object',
    properties: { href: described(text, 'Has /sec_rules/ in it'), ...dryRun },
    required: ['href'],
  },
  output: changeOutput({ note: text }),
  example: { href: '/orgs/1/sec_policy/draft/rule_sets/3/sec_rules/9' },
  columns: changeColumns,
  effectOf: unlessDryRun('draft'),
  run: (args, context) => deleteRule('delete-sec-rule', 'sec_rules', args, context),
});
