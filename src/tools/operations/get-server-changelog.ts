import { CHANGELOG, isNewer, type Release, releasesOf, versionNumbers } from '../../core/changelog.ts';
import { Failure } from '../../core/errors.ts';
import { VERSION } from '../../core/version.ts';
import { envelope } from '../envelope.ts';
import { described, flag, integer, text, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';

interface EntryRow {
  readonly version: string;
  readonly date?: string;
  readonly section: string;
  readonly entry: string;
}

const UNLEARN = 'Unlearn';

export default defineTool({
  name: 'get-server-changelog',
  title: 'What changed in this server',
  description:
    'What changed in this server since a version, and what to unlearn from older ones. Not for changes of policy: compare-draft-active, get-events.',
  toolset: 'operations',
  effect: 'read',
  usesPce: false,
  input: {
    type: 'object',
    properties: {
      since: described(text, 'Only releases after it, like 0.1.0'),
      unlearn_only: described(flag, 'Only what to unlearn'),
    },
  },
  output: envelope(
    { version: text, date: text, section: text, entry: text },
    { entry_count: integer, release_count: integer, unlearn_count: integer },
    {
      extra: {
        server_version: text,
        latest_release: text,
        queried_since: text,
        unlearn: texts,
        version_note: text,
      },
    },
  ),
  example: { since: '0.1.0' },
  columns: [
    { header: 'version', value: (row: EntryRow) => row.version },
    { header: 'date', value: (row: EntryRow) => row.date },
    { header: 'section', value: (row: EntryRow) => row.section },
    { header: 'entry', value: (row: EntryRow) => [row.entry] },
  ],

  async run({ since, unlearn_only: unlearnOnly = false }) {
    const from = since === undefined ? null : versionNumbers(since);
    if (since !== undefined && from === null)
      throw new Failure('invalid_arguments', {
        message: `since is no version: ${JSON.stringify(since.slice(0, 40))}.`,
      });
    const all = releasesOf(CHANGELOG);
    const releases = all.filter(({ version }) => from === null || isNewer(version, from));
    const rows = releases.flatMap(entriesOf);
    const unlearn = rows.filter(({ section }) => section === UNLEARN);
    const items = unlearnOnly ? unlearn : rows;
    const latest = all.find(({ version }) => versionNumbers(version) !== null)?.version;
    const after = since === undefined ? '' : ` after ${since}`;
    return {
      answer: `This server is ${VERSION}: ${plural(rows.length, 'entry', 'entries')} in ${plural(releases.length, 'release')}${after}, ${unlearn.length} of them things to unlearn.`,
      items,
      totals: { entry_count: rows.length, release_count: releases.length, unlearn_count: unlearn.length },
      coverage: { rows_read: rows.length, truncated: false, gaps: [] },
      extra: {
        server_version: VERSION,
        ...present({ latest_release: latest, queried_since: since }),
        unlearn: unlearn.map(({ entry }) => entry),
        ...(latest === VERSION
          ? {}
          : {
              version_note: `The changelog names no release ${VERSION}; its entries under unreleased are in this server.`,
            }),
      },
    };
  },
});

const entriesOf = ({ version, date, sections }: Release): readonly EntryRow[] =>
  [...sections].flatMap(([section, entries]) =>
    entries.map((entry) => ({ version, ...present({ date }), section, entry })),
  );
