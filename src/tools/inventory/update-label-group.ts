import { updateStep } from '../../changes/steps.ts';
import { hrefOf } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';
import { draftHref } from '../../core/href.ts';
import { carryOut, changeColumns, changeOutput, dryRun, unlessDryRun } from '../change.ts';
import { described, text, texts } from '../fields.ts';
import { usesOf } from '../in-use.ts';
import { plural } from '../listing.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { memberGroups, memberLabels, memberSource, refuseCycle } from './label-group-members.ts';
import { labelGroupTarget } from './label-group-target.ts';
import { different } from './workload-fields.ts';

export default defineTool({
  name: 'update-label-group',
  title: 'Change a label group',
  description:
    'Changes a label group in the draft: name, description, members. labels and sub_groups replace all; add_ and remove_ do not. For single labels use update-label.',
  toolset: 'inventory',
  effect: 'draft',
  input: {
    type: 'object',
    properties: {
      href: text,
      name: described(text, 'Exact name'),
      new_name: text,
      description: text,
      labels: described(texts, 'Values, key=value|value or hrefs'),
      add_labels: texts,
      remove_labels: texts,
      sub_groups: described(texts, 'Names; replaces all'),
      add_sub_groups: texts,
      remove_sub_groups: texts,
      ...dryRun,
    },
  },
  output: changeOutput({ updated_fields: texts }),
  example: { name: 'non-prod', add_labels: ['test'] },
  columns: changeColumns,
  effectOf: unlessDryRun('draft'),

  async run(args, context) {
    const { before, name, key } = await labelGroupTarget(args, context);
    const href = hrefOf(before);
    const source = await memberSource(context);
    const group = source.groups.find((candidate) => candidate.href === draftHref(href));
    if (group === undefined)
      throw new Failure('conflict', { message: `Label group ${name} has just appeared; ask again.` });
    const [labels, groups] = [
      changed(group.labels, {
        all: args.labels && memberLabels(args.labels, key, source),
        add: memberLabels(args.add_labels ?? [], key, source),
        remove: memberLabels(args.remove_labels ?? [], key, source),
      }),
      changed(
        source.groups.filter((other) => group.subGroups.some((sub) => draftHref(sub.href) === other.href)),
        {
          all: args.sub_groups && memberGroups(args.sub_groups, key, source),
          add: memberGroups(args.add_sub_groups ?? [], key, source),
          remove: memberGroups(args.remove_sub_groups ?? [], key, source),
        },
      ),
    ];
    refuseCycle(group, groups.after, source);
    const refs = (members: readonly { readonly href: string }[]) => members.map((member) => ({ href: member.href }));
    const given = {
      ...present({ name: args.new_name, description: args.description }),
      labels: refs(labels.after),
      sub_groups: refs(groups.after),
    };
    const changes = different(before, given);
    const fields = Object.keys(changes);
    const says = `update label group ${name}: ${fields.join(', ')}`;
    const gained = [...labels.gained.map(({ value }) => value), ...groups.gained.map((sub) => sub.name)];
    const uses = gained.length === 0 ? [] : await usesOf(href, context.pce, context.signal);
    return carryOut(
      context,
      {
        tool: 'update-label-group',
        title: says,
        effect: 'draft',
        requests: fields.length === 0 ? [] : [updateStep({ before, changes, says })],
        widening:
          uses.length === 0
            ? []
            : [`${name} gains ${gained.join(', ')}; ${plural(uses.length, 'place')} of the policy will mean that too`],
      },
      {
        dryRun: args.dry_run,
        done: `Label group ${name} updated in the draft`,
        extra: { updated_fields: fields },
        next: ['provision-policy puts it into effect.'],
      },
    );
  },
});

interface Wish<Member> {
  readonly all: readonly Member[] | undefined;
  readonly add: readonly Member[];
  readonly remove: readonly Member[];
}

/** The members after replacing, adding and removing. */
function changed<Before extends { readonly href: string }, Member extends Before>(
  before: readonly Before[],
  { all, add, remove }: Wish<Member>,
): { readonly after: readonly Before[]; readonly gained: readonly Before[] } {
  const out = new Set(remove.map(({ href }) => href));
  const members = new Map([...(all ?? before), ...add].map((member) => [member.href, member]));
  const after = [...members.values()].filter(({ href }) => !out.has(href));
  const had = new Set(before.map(({ href }) => href));
  return { after, gained: after.filter(({ href }) => !had.has(href)) };
}
