import type { Href } from '../core/href.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { digestOf } from './digest.ts';
import { diffOfCreate, diffOfUpdate } from './diff.ts';
import type { BareRequest, Check, PlannedRequest, Trace, Undo } from './plan.ts';
import { changeSubset, hrefOf, isPolicyObject, textOf } from './wire.ts';

const NO_TRACE: Trace = Object.freeze({ kind: 'none' });
const NO_CHECK: Check = Object.freeze({ kind: 'none' });

export interface CreateStep {
  readonly collection: string;
  readonly body: JsonObject;
  readonly says: string;
  /** What makes it the only one; absent where the PCE allows duplicates. */
  readonly unique?: Readonly<Record<string, string>> | undefined;
  /** Something that must hold of another object, e.g. the scopes of the ruleset a rule goes into. */
  readonly check?: Check | undefined;
}

/** POST into a collection; taken back by deleting what it made. */
export function createStep({ collection, body, says, unique, check }: CreateStep): PlannedRequest {
  return {
    method: 'POST',
    path: collection,
    body,
    says,
    check: check ?? (unique === undefined ? NO_CHECK : { kind: 'absent', collection, match: unique }),
    trace: unique === undefined ? { kind: 'new_in', list: collection } : { kind: 'named', collection, match: unique },
    undo: {
      kind: 'requests',
      requests: [{ method: 'DELETE', path: '{self}', body: undefined, says: `delete what this made (${says})` }],
      loses: [],
    },
    diff: diffOfCreate(body),
  };
}

export interface UpdateStep {
  /** As just read. */
  readonly before: JsonObject;
  /** Only the fields to change, in wire form. */
  readonly changes: JsonObject;
  readonly says: string;
  /** How a field is put back when its old wire form is not what a PUT takes. */
  readonly restore?: ((field: string, old: JsonValue | undefined) => JsonValue) | undefined;
}

/** A partial PUT; taken back by putting the old values of the same fields. Null when nothing would change. */
export function updateStep({ before, changes, says, restore = asReferences }: UpdateStep): PlannedRequest | null {
  const diff = diffOfUpdate(before, changes);
  if (diff.length === 0) return null;
  const fields = diff.map(({ field }) => field);
  const href = hrefOf(before);
  return {
    method: 'PUT',
    path: href,
    body: Object.fromEntries(fields.map((field) => [field, changes[field]])),
    says,
    check: { kind: 'unchanged', href, digest: digestOf(before), fields: null },
    trace: NO_TRACE,
    undo: undoOfUpdate(before, {
      method: 'PUT',
      path: href,
      body: Object.fromEntries(fields.map((field) => [field, restore(field, before[field])])),
      says: `put back ${fields.join(', ')}`,
    }),
    diff,
  };
}

/** Where nothing was pending before, the draft is reverted; that leaves no pending change behind that changes nothing. */
function undoOfUpdate(before: JsonObject, putBack: BareRequest): Undo {
  const back = { requests: [putBack], loses: [] };
  const href = hrefOf(before);
  if (before['update_type'] !== null || !isPolicyObject(href)) return { kind: 'requests', ...back };
  return { kind: 'requests', requests: [revertOf(href, 'revert the pending change')], loses: [], later: back };
}

const revertOf = (href: Href, says: string): BareRequest => ({
  method: 'PUT',
  path: `${href.slice(0, href.indexOf('/draft/'))}/delete`,
  body: { change_subset: changeSubset([href]) },
  says,
});

/** A field's old value as a PUT takes it: references reduced to their hrefs, an absent value as null. */
export function asReferences(_field: string, old: JsonValue | undefined): JsonValue {
  if (Array.isArray(old)) return old.map((item: JsonValue) => asReferences(_field, item));
  if (typeof old !== 'object' || old === null) return old ?? null;
  const object = old as JsonObject; // neither array nor null
  if (typeof object['href'] === 'string') return { href: object['href'] };
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, asReferences(key, value)]));
}

export interface DeleteStep {
  readonly before: JsonObject;
  readonly says: string;
  /** Makes it again; absent where it cannot be. */
  readonly again?: { readonly collection: string; readonly body: JsonObject } | undefined;
}

/**
 * A DELETE. A draft object that was provisioned is only marked, so reverting the mark brings it back whole (objects.md §9); anything else can
 * at best be made again, with another href, author and times.
 */
export function deleteStep({ before, says, again }: DeleteStep): PlannedRequest {
  const href = hrefOf(before);
  return {
    method: 'DELETE',
    path: href,
    body: undefined,
    says,
    check: { kind: 'unchanged', href, digest: digestOf(before), fields: null },
    trace: NO_TRACE,
    undo: undoOfDelete(before, href, again),
    diff: [],
  };
}

function undoOfDelete(before: JsonObject, href: Href, again: DeleteStep['again']): Undo {
  const anew: Undo =
    again === undefined
      ? { kind: 'none', why: 'a deleted object of this kind cannot be made again' }
      : { kind: 'requests', requests: [createAgain(again)], loses: ['href', 'author', 'times'] };
  // An edit that was pending besides would be reverted with it; then making it again is the truer way back. A rule is not provisioned
  // by itself, nor reverted.
  if (before['update_type'] !== null || !isPolicyObject(href) || !href.includes('/draft/')) return anew;
  const revert = { requests: [revertOf(href, 'revert the pending deletion')], loses: [] };
  return { kind: 'requests', ...revert, ...(anew.kind === 'requests' ? { later: anew } : {}) };
}

function createAgain({ collection, body }: { readonly collection: string; readonly body: JsonObject }): BareRequest {
  const [key, value, name] = [textOf(body, 'key'), textOf(body, 'value'), textOf(body, 'name')];
  const match = key !== null && value !== null ? { key, value } : name === null ? null : { name };
  return {
    method: 'POST',
    path: collection,
    body,
    says: 'create it again',
    ...(match === null ? {} : { trace: { kind: 'named', collection, match } }),
  };
}
