import { envelope } from '../envelope.ts';
import { counts, described, flag, integer, text, texts } from '../fields.ts';
import { byNameThenHref, listingCoverage, plural, tally, tallyText } from '../listing.ts';
import { defineTool } from '../tool.ts';

interface LabelRow {
  readonly href: string;
  readonly key: string;
  readonly value: string;
  readonly deleted?: boolean;
  readonly usage?: readonly string[];
}

export default defineTool({
  name: 'get-labels',
  title: 'List labels',
  description:
    'Lists labels (key, value, href), by exact key or part of a value. Use it to find the names other tools take; not for who carries a label: get-workloads does that.',
  toolset: 'inventory',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      key: described(text, 'Exact key: role, app, env, loc or own'),
      value: described(text, 'Part of the value'),
      max_results: described({ ...integer, minimum: 1 }, 'Read at most so many (default all)'),
      include_deleted: described(flag, 'Deleted labels too'),
      usage: described(flag, 'Say where each is in use'),
    },
  },
  output: envelope(
    { href: text, key: text, value: text, deleted: flag, usage: texts },
    { total: integer, key_count: integer, by_key: counts },
  ),
  example: { key: 'app', value: 'order' },
  columns: [
    { header: 'key', value: (row: LabelRow) => row.key },
    { header: 'value', value: (row: LabelRow) => row.value },
    { header: 'deleted', value: (row: LabelRow) => row.deleted },
    { header: 'used in', value: (row: LabelRow) => row.usage?.join(', ') },
    { header: 'href', value: (row: LabelRow) => row.href },
  ],

  async run({ key, value, max_results: maxResults, include_deleted: includeDeleted, usage }, { pce, signal }) {
    const listing = await pce.labels({ key, value, includeDeleted, usage }, { signal, maxResults });
    const labels = [...listing.items].sort(byNameThenHref((label) => `${label.key}\0${label.value}`));
    const byKey = tally(labels.map((label) => label.key));
    const items = labels.map(
      (label): LabelRow => ({
        href: label.href,
        key: label.key,
        value: label.value,
        ...(includeDeleted === true ? { deleted: label.deleted } : {}),
        ...(label.usage === null ? {} : { usage: usedIn(label.usage) }),
      }),
    );
    return {
      answer:
        labels.length === 0
          ? 'No label matches.'
          : `${plural(labels.length, 'label')} in ${plural(byKey.length, 'key')}: ${tallyText(byKey)}.`,
      items,
      totals: { total: listing.matched ?? labels.length, key_count: byKey.length, by_key: Object.fromEntries(byKey) },
      coverage: listingCoverage(listing),
    };
  },
});

const usedIn = (usage: Readonly<Record<string, boolean>>): readonly string[] =>
  Object.keys(usage).filter((place) => usage[place] === true);
