import type { Table, Tables } from '../state/tables.ts';
import type { Content, PolicyObject } from './object.ts';
import type { PolicyPast, VersionRecord } from './policy-store.ts';

/** An object without what its versions say: that never changes again, and stands in a table of its own. */
type ObjectRow = Omit<PolicyObject, 'history'> & { readonly versions: readonly number[] };

/** The rows in which policy objects and versions are kept. */
export interface PolicyRows {
  readonly versions: Table<VersionRecord>;
  objects(): Iterable<PolicyObject>;
  put(object: PolicyObject): void;
}

const nameOf = ({ type, id }: Pick<PolicyObject, 'type' | 'id'>): string => `${type}/${id}`;

export function policyRows(tables: Tables, past: PolicyPast): PolicyRows {
  let seeds: readonly PolicyObject[] | null = null;
  const seeded = (): readonly PolicyObject[] => (seeds ??= past.objects());
  const versions = tables.open('policy_versions', () =>
    past.versions.map((version) => [String(version.version), version] as const),
  );
  const rows = tables.open('policy_objects', () => seeded().map((object) => [nameOf(object), rowOf(object)] as const));
  const contents = tables.open('policy_contents', () =>
    seeded().flatMap((object) =>
      object.history.map(({ version, content }) => [`${nameOf(object)}/${version}`, content] as const),
    ),
  );
  return {
    versions,
    *objects() {
      for (const { versions: own, ...row } of rows.values())
        yield {
          ...row,
          history: own.map((version) => ({ version, content: contents.get(`${nameOf(row)}/${version}`) ?? null })),
        };
    },
    put(object) {
      const known = new Set(rows.get(nameOf(object))?.versions);
      rows.set(nameOf(object), rowOf(object));
      for (const { version, content } of object.history)
        if (!known.has(version)) contents.set(`${nameOf(object)}/${version}`, content satisfies Content | null);
    },
  };
}

const rowOf = ({ history, ...row }: PolicyObject): ObjectRow => ({
  ...row,
  versions: history.map(({ version }) => version),
});
