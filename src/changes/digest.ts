import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import { draftHref, hrefOf, textOf } from './wire.ts';

/**
 * Fields that change without anybody changing the object: audit fields, permissions of the reader, and what VENs report (objects.md §1.3, §6.2).
 * `update_type` is left out because the content says more; a pending deletion is kept apart below.
 */
const VOLATILE: ReadonlySet<string> = new Set([
  'created_at',
  'updated_at',
  'deleted_at',
  'created_by',
  'updated_by',
  'deleted_by',
  'caps',
  'update_type',
  'usage',
  'agent',
  'services',
  'online',
  'risk_summary',
  'vulnerability_summary',
  'vulnerabilities_summary',
  'num_enforcement_boundaries',
  'selectively_enforced_services',
  'last_heartbeat_at',
]);

/** The part of an object that somebody decides, with keys sorted; with `fields`, only those. */
export function contentOf(object: JsonObject, fields: readonly string[] | null = null): JsonObject {
  const chosen = fields === null ? object : Object.fromEntries(fields.map((field) => [field, object[field]]));
  const content = strip(chosen) as JsonObject; // strip keeps objects objects
  return object['update_type'] === 'delete' ? { ...content, pending_deletion: true } : content;
}

/** SHA-256 over the content, so that two reads of an unchanged object agree. */
export function digestOf(object: JsonObject, fields: readonly string[] | null = null): string {
  return createHash('sha256')
    .update(JSON.stringify(contentOf(object, fields)))
    .digest('base64url');
}

/** One digest over several objects, independent of their order. */
export function digestOfAll(objects: readonly JsonObject[]): string {
  return createHash('sha256')
    .update(
      objects
        .map((object) => `${hrefOf(object)} ${digestOf(object)} ${textOf(object, 'update_type') ?? ''}`)
        .toSorted()
        .join('\n'),
    )
    .digest('base64url');
}

const RULE_LISTS: ReadonlySet<string> = new Set(['rules', 'deny_rules', 'ip_tables_rules']);

/**
 * Digest of what a commit of this draft object puts into a version, which is also the digest of the object as read from that version:
 * rules pending deletion are gone from it, and references point into the version (objects.md §9). Null for an object pending deletion.
 */
export function committedDigest(object: JsonObject): string | null {
  if (object['update_type'] === 'delete') return null;
  return createHash('sha256')
    .update(JSON.stringify(unversioned(contentOf(withoutDeletedRules(object)))))
    .digest('base64url');
}

function withoutDeletedRules(object: JsonObject): JsonObject {
  const entries = Object.entries(object).map(([field, value]) => [
    field,
    RULE_LISTS.has(field) && Array.isArray(value)
      ? value.filter((rule: JsonValue) => !isObject(rule) || rule['update_type'] !== 'delete')
      : value,
  ]);
  return Object.fromEntries(entries) as JsonObject; // the same fields
}

/** With every reference as to the draft, so that versions compare. */
export function unversioned(content: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(content, draftReferences)) as JsonObject; // its own text
}

const draftReferences = (key: string, value: unknown): unknown =>
  key === 'href' && typeof value === 'string' ? draftHref(value) : value;

function strip(value: JsonValue | undefined): JsonValue | undefined {
  if (Array.isArray(value)) return value.map((item: JsonValue) => strip(item) ?? null);
  if (!isObject(value)) return value;
  const object = value as JsonObject; // narrowed from JsonValue
  const entries = Object.keys(object)
    .filter((key) => !VOLATILE.has(key) && object[key] !== undefined)
    .toSorted()
    .map((key) => [key, strip(object[key])] as const);
  const kept = Object.fromEntries(entries);
  // A rule pending deletion inside its ruleset is a different content.
  return object['update_type'] === 'delete' ? { ...kept, pending_deletion: true } : kept;
}
