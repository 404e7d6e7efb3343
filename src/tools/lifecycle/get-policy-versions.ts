import { modifiedObjects } from '../../changes/policy-objects.ts';
import { hrefOf, textOf } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';
import { isObject, type JsonObject } from '../../core/json.ts';
import { envelope } from '../envelope.ts';
import { described, integer, text, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { authorNames } from './authors.ts';
import { PAST } from './policy-change-row.ts';

interface VersionRow {
  readonly version: number;
  readonly href: string;
  readonly created_at?: string;
  readonly created_by?: string;
  readonly commit_message?: string;
  readonly workloads_affected?: number;
  readonly modified?: readonly string[];
}

const DEFAULT_MAX = 20;
/** So many versions get their modified objects read: one request each. */
const DETAILED = 10;

export default defineTool({
  name: 'get-policy-versions',
  title: 'List policy versions',
  description:
    'Lists what was provisioned, newest first: version, when, by whom, note, objects changed. Not for field differences: compare-draft-active from and to.',
  toolset: 'lifecycle',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      version: described({ ...integer, minimum: 1 }, 'Only this version'),
      max_results: described({ ...integer, minimum: 1, maximum: 1000 }, 'Most versions to list (default 20)'),
    },
  },
  output: envelope(
    {
      version: integer,
      href: text,
      created_at: text,
      created_by: text,
      commit_message: text,
      workloads_affected: integer,
      modified: texts,
    },
    { total: integer },
  ),
  example: { max_results: 5 },
  columns: [
    { header: 'version', value: (row: VersionRow) => row.version },
    { header: 'created', value: (row) => row.created_at },
    { header: 'by', value: (row) => row.created_by },
    { header: 'note', value: (row) => row.commit_message },
    { header: 'workloads', value: (row) => row.workloads_affected },
    { header: 'modified', value: (row) => row.modified?.join(', ') },
    { header: 'href', value: (row) => row.href },
  ],

  async run({ version, max_results: max = DEFAULT_MAX }, context) {
    const { signal } = context;
    const { pce } = await context.changes();
    const all = (await pce.list(`/orgs/${pce.orgId}/sec_policy`, {}, signal)).toSorted(
      (a, b) => numberOf(b) - numberOf(a),
    );
    const found = version === undefined ? all : all.filter((one) => numberOf(one) === version);
    if (version !== undefined && found.length === 0)
      throw new Failure('not_found', {
        message: `There is no policy version ${version}.`,
        remedy: 'List the versions without naming one.',
        data: all[0] === undefined ? {} : { newest: numberOf(all[0]) },
      });
    const shown = found.slice(0, max);
    const [author, modified] = await Promise.all([
      authorNames(shown.map(creatorOf), pce, signal),
      Promise.all(shown.slice(0, DETAILED).map((one) => modifiedObjects(numberOf(one), pce, signal))),
    ]);
    const items = shown.map((one, index): VersionRow => {
      const objects = modified[index];
      const affected = one['workloads_affected'];
      return {
        version: numberOf(one),
        href: hrefOf(one),
        ...present({
          created_at: textOf(one, 'created_at'),
          created_by: author(creatorOf(one)),
          commit_message: textOf(one, 'commit_message'),
          workloads_affected: typeof affected === 'number' ? affected : null,
          modified:
            objects === undefined
              ? null
              : summary(objects.map(({ change, type, name }) => `${PAST[change]} ${type} ${name}`)),
        }),
      };
    });
    const [newest] = items;
    const left = found.length - shown.length;
    return {
      answer:
        newest === undefined
          ? 'Nothing was ever provisioned.'
          : `${plural(found.length, 'policy version')}; the ${version === undefined ? 'newest' : 'one'} is ${newest.version} of ${newest.created_at ?? 'unknown date'} by ${newest.created_by ?? 'unknown'}.`,
      items,
      totals: { total: found.length },
      coverage: {
        rows_read: all.length,
        row_cap: max,
        truncated: left > 0,
        gaps: [
          ...(left > 0 ? [`${left} older versions: raise max_results`] : []),
          ...(shown.length > DETAILED
            ? [`what versions before the newest ${DETAILED} changed: ask for one by version`]
            : []),
        ],
      },
      next:
        newest !== undefined && newest.version > 1
          ? [`compare-draft-active from=${newest.version - 1} to=${newest.version}`]
          : [],
      evidence: items.map(({ href }) => href),
    };
  },
});

const SHOWN_OBJECTS = 5;

const summary = (objects: readonly string[]): readonly string[] =>
  objects.length <= SHOWN_OBJECTS
    ? objects
    : [...objects.slice(0, SHOWN_OBJECTS), `and ${objects.length - SHOWN_OBJECTS} more`];

const numberOf = ({ version }: JsonObject): number => (typeof version === 'number' ? version : 0);

function creatorOf(version: JsonObject): string | null {
  const by = version['created_by'];
  return isObject(by) && typeof by['href'] === 'string' ? by['href'] : null;
}
