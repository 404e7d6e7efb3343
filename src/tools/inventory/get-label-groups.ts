import { envelope } from '../envelope.ts';
import { described, integer, oneOf, text, texts } from '../fields.ts';
import { labelTerm } from '../label-argument.ts';
import { byNameThenHref, capped, plural, tally, tallyText } from '../listing.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';

interface LabelGroupRow {
  readonly href: string;
  readonly name: string;
  readonly key: string;
  readonly description?: string;
  readonly labels: readonly string[];
  readonly sub_groups: readonly string[];
  readonly update_type?: string;
}

export default defineTool({
  name: 'get-label-groups',
  title: 'List label groups',
  description:
    'Lists label groups with their labels and sub-groups (draft unless told). Use it to see what group:NAME stands for; for single labels use get-labels.',
  toolset: 'inventory',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      name: described(text, 'Part of the name'),
      description: described(text, 'Part of the description'),
      key: described(text, 'Exact key: role, app, env, loc or own'),
      policy: described(oneOf('draft', 'active'), 'Policy version (default draft)'),
      max_results: described({ ...integer, minimum: 1 }, 'List at most so many (default all)'),
    },
  },
  output: envelope(
    { href: text, name: text, key: text, description: text, labels: texts, sub_groups: texts, update_type: text },
    { total: integer, policy: text },
  ),
  example: { key: 'env' },
  columns: [
    { header: 'name', value: (row: LabelGroupRow) => row.name },
    { header: 'key', value: (row: LabelGroupRow) => row.key },
    { header: 'labels', value: (row: LabelGroupRow) => row.labels.join(', ') },
    { header: 'sub-groups', value: (row: LabelGroupRow) => row.sub_groups.join(', ') },
    { header: 'description', value: (row: LabelGroupRow) => row.description },
    { header: 'pending', value: (row: LabelGroupRow) => row.update_type },
    { header: 'href', value: (row: LabelGroupRow) => row.href },
  ],

  async run({ name, description, key, policy = 'draft', max_results: maxResults }, { pce, signal }) {
    const listing = await pce.labelGroups(policy, { name, description, key }, { signal });
    const groups = [...listing.items].sort(byNameThenHref((group) => group.name));
    const { shown, coverage } = capped(listing, groups, maxResults);
    const items = shown.map(
      (group): LabelGroupRow => ({
        href: group.href,
        name: group.name,
        key: group.key,
        ...present({ description: group.description }),
        labels: group.labels.map((label) => labelTerm(label.key, label.value)),
        sub_groups: group.subGroups.map((sub) => sub.name ?? sub.href),
        ...present({ update_type: group.updateType }),
      }),
    );
    return {
      answer:
        groups.length === 0
          ? `No label group matches in the ${policy} policy.`
          : `${plural(groups.length, 'label group')} in the ${policy} policy: ${tallyText(tally(groups.map((group) => group.key)))}.`,
      items,
      totals: { total: groups.length, policy },
      coverage,
    };
  },
});
