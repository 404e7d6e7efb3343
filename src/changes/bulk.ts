import type { JsonObject, JsonValue } from '../core/json.ts';
import type { FieldDiff, PlannedRequest } from './plan.ts';
import { hrefOf } from './wire.ts';

/** The most items one bulk call takes (objects.md §6.5). */
export const MAX_BULK_ITEMS = 1_000;

interface BulkStep {
  /** The collection below which the bulk calls are: `/orgs/1/workloads`. */
  readonly collection: string;
  readonly says: string;
  /** What changes, summed up over the items. */
  readonly diff?: readonly FieldDiff[] | undefined;
}

export interface BulkUpdateStep extends BulkStep {
  /** At most 1,000: the object as just read, and the fields to change in wire form. */
  readonly items: readonly { readonly before: JsonObject; readonly changes: JsonObject }[];
  /** An old value as a PUT takes it. */
  readonly restore: (field: string, old: JsonValue | undefined, before: JsonObject) => JsonValue;
}

/**
 * One `bulk_update`. Each item stands alone: the PCE answers for each whether it was updated. Taken back by putting the old values of the
 * same fields on the items that were, unless one of those fields says something else by then.
 */
export function bulkUpdateStep({ collection, items, says, restore, diff = [] }: BulkUpdateStep): PlannedRequest {
  const old = items.map(({ before, changes }): JsonObject => {
    const fields = Object.keys(changes).map((field) => [field, restore(field, before[field], before)] as const);
    return { href: before['href'], ...Object.fromEntries(fields) };
  });
  const body = items.map(({ before, changes }): JsonObject => ({ href: before['href'], ...changes }));
  const path = `${collection}/bulk_update`;
  return {
    method: 'PUT',
    path,
    body,
    says,
    diff,
    check: {
      kind: 'each',
      collection,
      items: items.map(({ before, changes }) => ({
        href: hrefOf(before),
        is: Object.fromEntries(Object.keys(changes).map((field) => [field, before[field] ?? null])),
      })),
    },
    trace: { kind: 'bulk', collection },
    undo: {
      kind: 'requests',
      perRow: true,
      loses: [],
      requests: [
        {
          method: 'PUT',
          path,
          body: old,
          says: `put back (${says})`,
          trace: { kind: 'bulk', collection },
          check: {
            kind: 'each',
            collection,
            items: items.map(({ before, changes }) => ({ href: hrefOf(before), is: changes })),
          },
        },
      ],
    },
  };
}

export interface BulkCreateStep extends BulkStep {
  /** At most 1,000: the body of each, and the fields that no object may have yet. */
  readonly items: readonly { readonly body: JsonObject; readonly unique: JsonObject }[];
}

/** One `bulk_create`; taken back by deleting what it made and nobody changed since. */
export function bulkCreateStep({ collection, items, says, diff = [] }: BulkCreateStep): PlannedRequest {
  const trace = { kind: 'bulk', collection } as const;
  return {
    method: 'PUT',
    path: `${collection}/bulk_create`,
    body: items.map(({ body }) => body),
    says,
    diff,
    trace,
    check: { kind: 'each', collection, items: items.map(({ unique }) => ({ href: null, is: unique })) },
    undo: {
      kind: 'requests',
      perRow: true,
      loses: [],
      requests: [
        {
          method: 'PUT',
          path: `${collection}/bulk_delete`,
          body: items.map(() => ({ href: '{row}' })),
          says: `delete what this made (${says})`,
          check: { kind: 'each', collection, items: items.map(({ body }) => ({ href: '{row}', is: body })) },
          trace,
        },
      ],
    },
  };
}

export interface BulkDeleteStep extends BulkStep {
  /** At most 1,000: the object as just read, the fields that must not have changed, and the body that makes it again. */
  readonly items: readonly { readonly before: JsonObject; readonly is: JsonObject; readonly again: JsonObject }[];
}

/** One `bulk_delete`; at best the objects can be made again, with another href, author and times. */
export function bulkDeleteStep({ collection, items, says, diff = [] }: BulkDeleteStep): PlannedRequest {
  const trace = { kind: 'bulk', collection } as const;
  return {
    method: 'PUT',
    path: `${collection}/bulk_delete`,
    says,
    diff,
    trace,
    body: items.map(({ before }) => ({ href: before['href'] })),
    check: {
      kind: 'each',
      collection,
      items: items.map(({ before, is }) => ({ href: hrefOf(before), is })),
    },
    undo: {
      kind: 'requests',
      perRow: true,
      loses: ['href', 'author', 'times'],
      requests: [
        {
          method: 'PUT',
          path: `${collection}/bulk_create`,
          says: 'create them again',
          trace,
          body: items.map(({ again }) => again),
          check: { kind: 'none' },
        },
      ],
    },
  };
}
