import { notFound } from '../http/refusals.ts';
import {
  activeContent,
  type Content,
  committed,
  contentAt,
  draftContent,
  marked,
  POLICY_TYPES,
  sameContent,
  type PolicyObject,
  type PolicyType,
  type UpdateType,
} from './object.ts';
import { createTables, type Tables } from '../state/tables.ts';
import { policyRows } from './policy-rows.ts';
import { createReferenceIndex } from './references.ts';

/** One provisioning of the past. */
export interface VersionRecord {
  readonly version: number;
  readonly commitMessage: string | null;
  readonly workloadsAffected: number;
  readonly createdMs: number;
  readonly createdBy: string;
}

/** Who changes something, and when. */
export interface Edit {
  readonly ms: number;
  readonly by: string;
}

/** A policy version as it is asked for in a URL. */
export type VersionName = 'draft' | 'active' | number;

/** The draft → active machine of objects.md §9, the same for every versioned type. */
export interface PolicyStore {
  readonly versions: readonly VersionRecord[];
  latestVersion(): number;
  /** Grows with every change of a draft or a version. */
  revision(): number;
  /** Objects that exist in the draft, pending deletion included, or were provisioned once. In order of creation. */
  all(type: PolicyType): readonly PolicyObject[];
  get(type: PolicyType, id: string): PolicyObject | undefined;
  /** The object of a draft or active href, rules excluded; undefined when there is none in the draft. */
  byHref(href: string): PolicyObject | undefined;
  /** Objects with content in that version, with that content. */
  inVersion(type: PolicyType, version: VersionName): readonly Versioned[];
  /** Throws 404 when the object does not exist in that version. */
  read(type: PolicyType, id: string, version: VersionName): Versioned;
  /** What an object says in a version; null when it does not exist there. */
  inObject(object: PolicyObject, version: VersionName): Content | null;
  pending(): readonly Pending[];
  referrers(href: string): readonly PolicyObject[];

  create(type: PolicyType, id: string, content: Content): PolicyObject;
  /** New draft content; an object pending deletion stays so (objects.md §9). */
  edit(object: PolicyObject, content: Content): PolicyObject;
  /** Gone at once when never provisioned, else pending deletion. */
  remove(object: PolicyObject, edit: Edit): void;
  /** Puts content into a clean draft that came from elsewhere than an edit: a restore. Null asks for deletion; what is active already is left alone. */
  stage(object: PolicyObject, content: Content | null, edit: Edit): void;
  revert(objects: readonly PolicyObject[]): void;
  commit(objects: readonly PolicyObject[], version: VersionRecord): void;
  href(object: PolicyObject, version?: VersionName): string;
}

export interface Versioned {
  readonly object: PolicyObject;
  readonly content: Content;
}

export type Pending = PolicyObject & {
  readonly draft: { readonly content: Content; readonly updateType: UpdateType };
};

const HREF = /^\/orgs\/(\d+)\/sec_policy\/(?:draft|active|\d+)\/([a-z_]+)(?:\/([A-Za-z0-9-]+))?$/;

/** What an estate brings along. */
export interface PolicyPast {
  readonly versions: readonly VersionRecord[];
  objects(): readonly PolicyObject[];
}

export function createPolicyStore(
  orgId: number,
  past: PolicyPast = { versions: [], objects: () => [] },
  tables: Tables = createTables(),
): PolicyStore {
  const rows = policyRows(tables, past);
  const versions = [...rows.versions.values()];
  const objects = new Map<PolicyType, Map<string, PolicyObject>>(POLICY_TYPES.map((type) => [type, new Map()]));
  const ofType = (type: PolicyType): Map<string, PolicyObject> => objects.get(type) ?? new Map();
  const index = createReferenceIndex();

  for (const object of rows.objects()) {
    ofType(object.type).set(object.id, object);
    index.replace(undefined, object);
  }

  let changes = 0;
  const put = (object: PolicyObject): PolicyObject => {
    changes++;
    const before = ofType(object.type).get(object.id);
    ofType(object.type).set(object.id, object);
    index.replace(before, object);
    rows.put(object);
    return object;
  };
  const contentIn = (object: PolicyObject, version: VersionName): Content | null => {
    if (version === 'draft') return draftContent(object);
    return version === 'active' ? activeContent(object) : contentAt(object, version);
  };

  const store: PolicyStore = {
    versions,
    latestVersion: () => versions.at(-1)?.version ?? 0,
    revision: () => changes,
    all: (type) => [...ofType(type).values()],
    get: (type, id) => ofType(type).get(id),
    byHref(href) {
      const [, org, type, id = ''] = HREF.exec(href) ?? [];
      const known = POLICY_TYPES.find((name) => name === type);
      if (known === undefined || org !== String(orgId)) return undefined;
      const object = ofType(known).get(id);
      return object && draftContent(object) ? object : undefined;
    },
    inVersion: (type, version) =>
      store.all(type).flatMap((object) => {
        const content = contentIn(object, version);
        return content ? [{ object, content }] : [];
      }),
    read(type, id, version) {
      const object = ofType(type).get(id);
      const content = object && contentIn(object, version);
      if (!object || !content) throw notFound();
      return { object, content };
    },
    inObject: contentIn,
    pending: () => POLICY_TYPES.flatMap((type) => store.all(type).filter(isPending)),
    referrers: (href) => index.referrers(href),

    create: (type, id, content) =>
      put({
        type,
        id,
        createdMs: content.updatedMs,
        createdBy: content.updatedBy,
        history: [],
        draft: { content, updateType: 'create' },
      }),
    edit: (object, content) => put({ ...object, draft: { content, updateType: object.draft?.updateType ?? 'update' } }),
    remove(object, { ms, by }) {
      const active = activeContent(object);
      const content = active && { ...(object.draft?.content ?? active), updatedMs: ms, updatedBy: by };
      put({ ...object, draft: content && { content, updateType: 'delete' } });
    },
    stage(object, content, { ms, by }) {
      if (sameContent(content, activeContent(object))) return;
      if (!content) {
        store.remove(object, { ms, by });
        return;
      }
      const active = activeContent(object);
      const draft = { ...marked(content, active), updatedMs: ms, updatedBy: by };
      put({ ...object, draft: { content: draft, updateType: active ? 'update' : 'create' } });
    },
    revert(pending) {
      for (const object of pending) put({ ...object, draft: null });
    },
    commit(pending, record) {
      versions.push(record);
      rows.versions.set(String(record.version), record);
      for (const object of pending) {
        if (!object.draft) continue;
        const content = object.draft.updateType === 'delete' ? null : committed(object.draft.content);
        put({ ...object, draft: null, history: [...object.history, { version: record.version, content }] });
      }
    },
    href(object, version = 'draft') {
      const base = `/orgs/${orgId}/sec_policy/${version}/${object.type}`;
      // The one object without an id (objects.md §1.2).
      return object.type === 'firewall_settings' ? base : `${base}/${object.id}`;
    },
  };
  return store;
}

const isPending = (object: PolicyObject): object is Pending => object.draft !== null;
