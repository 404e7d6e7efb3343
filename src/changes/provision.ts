import type { Href } from '../core/href.ts';
import type { JsonObject } from '../core/json.ts';
import { committedDigest, digestOfAll } from './digest.ts';
import type { BareRequest, Contents, PlannedRequest } from './plan.ts';
import type { PolicyChange } from './policy-objects.ts';
import { changeSubset } from './wire.ts';

export interface Commit {
  readonly orgId: string;
  /** The newest version now. */
  readonly version: number;
  /** Pending objects as they are in the draft. */
  readonly drafts: ReadonlyMap<string, JsonObject>;
  /** The same ones as they are in force; null where they are not. */
  readonly actives: ReadonlyMap<string, JsonObject | null>;
  readonly message: string;
}

/** The request that provisions exactly these drafts, checked right before, proven right after, and taken back by a restore. */
export function commitStep({ orgId, version, drafts, actives, message }: Commit): PlannedRequest {
  const hrefs = [...drafts.keys()];
  return {
    method: 'POST',
    path: `/orgs/${orgId}/sec_policy`,
    body: { update_description: message, change_subset: changeSubset(hrefs) },
    says: `provision ${hrefs.length} pending object${hrefs.length === 1 ? '' : 's'}`,
    check: { kind: 'pending', hrefs: hrefs as Href[], digest: digestOfAll([...drafts.values()]) }, // as pending gave them
    trace: { kind: 'version', after: version, message },
    proof: contentsOf(drafts),
    undo:
      version === 0
        ? { kind: 'none', why: 'there is no version before the first' }
        : {
            kind: 'requests',
            requests: restoreRequests({ orgId, to: version, from: null, contents: contentsOf(actives) }),
            loses: ['the changes are not pending again', ...(anyDeleted(drafts) ? ['author', 'times'] : [])],
          },
    diff: [],
  };
}

const anyDeleted = (drafts: ReadonlyMap<string, JsonObject>): boolean =>
  [...drafts.values()].some((draft) => draft['update_type'] === 'delete');

/** What a commit of these objects puts into a version. */
export const contentsOf = (objects: ReadonlyMap<string, JsonObject | null>): Contents =>
  Object.fromEntries([...objects].map(([href, object]) => [href, object === null ? null : committedDigest(object)]));

export interface Restore {
  readonly orgId: string;
  readonly to: number;
  /** The newest version, which must still be it; null: the one that the request being undone made. */
  readonly from: number | null;
  /** Everything that differs between the two, as it is in the one to go back to. */
  readonly contents: Contents;
}

/** Back to an earlier version: a restore makes it the draft (objects.md §10.4), and that is provisioned. */
export function restoreRequests({ orgId, to, from, contents }: Restore): readonly [BareRequest, BareRequest] {
  const hrefs = Object.keys(contents);
  const message = `Roll back to version ${to}`;
  const subset = changeSubset(hrefs);
  return [
    {
      method: 'POST',
      path: `/orgs/${orgId}/sec_policy/${to}/restore`,
      body: {},
      says: `make version ${to} the draft`,
      check: { kind: 'clean', version: from },
      trace: { kind: 'staged', hrefs },
    },
    {
      method: 'POST',
      path: `/orgs/${orgId}/sec_policy`,
      body: { update_description: message, change_subset: subset },
      says: `provision what that changes (${hrefs.length} object${hrefs.length === 1 ? '' : 's'})`,
      check: { kind: 'staged', contents },
      trace: { kind: 'version', after: to, message },
      proof: contents,
    },
  ];
}

/** What a rollback does, as planned requests; the second one's undo goes forward again. */
export function rollbackSteps(restore: Restore & { readonly from: number }, now: Contents): readonly PlannedRequest[] {
  const { orgId, from } = restore;
  const [first, second] = restoreRequests(restore);
  const none = { diff: [] } as const;
  return [
    {
      ...none,
      ...planned(first),
      undo: {
        kind: 'requests',
        requests: [
          {
            method: 'PUT',
            path: `/orgs/${orgId}/sec_policy/delete`,
            body: { change_subset: changeSubset(Object.keys(restore.contents)) },
            says: 'revert what the restore made pending',
          },
        ],
        loses: [],
        unfinishedOnly: true,
      },
    },
    {
      ...none,
      ...planned(second),
      undo: {
        kind: 'requests',
        requests: restoreRequests({ orgId, to: from, from: null, contents: now }),
        loses: [],
      },
    },
  ];
}

const planned = ({ check = { kind: 'none' }, trace = { kind: 'none' }, ...request }: BareRequest) => ({
  ...request,
  check,
  trace,
});

/** Of the pending objects, those that `hrefs` mean: an active href means the same object, a rule's its rule set. Null: all of them. */
export function chosenFrom(
  pending: readonly PolicyChange[],
  hrefs: readonly string[] | null,
): { readonly chosen: readonly PolicyChange[]; readonly missing: readonly string[] } {
  if (hrefs === null) return { chosen: pending, missing: [] };
  const wanted = hrefs.map((href) => [href, objectHref(href)] as const);
  const missing = wanted.flatMap(([href, object]) => (pending.some((change) => change.href === object) ? [] : [href]));
  const objects = new Set(wanted.map(([, object]) => object));
  return { chosen: pending.filter(({ href }) => objects.has(href)), missing };
}

/** The draft href of the versioned object that an href means; rules are provisioned with their rule set (objects.md §9). */
export const objectHref = (href: string): string =>
  href
    .replace(/\/sec_policy\/(?:active|\d+)\//, '/sec_policy/draft/')
    .replace(/(\/rule_sets\/[^/]+)\/(?:sec_rules|deny_rules|ip_tables_rules)\/[^/]+$/, '$1');
