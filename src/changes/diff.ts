import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import { contentOf, unversioned } from './digest.ts';
import type { FieldDiff } from './plan.ts';
import { draftHref } from './wire.ts';

/** What a partial update would change: only fields of `changes` whose value differs from the object's. References compare by href alone. */
export function diffOfUpdate(before: JsonObject, changes: JsonObject): readonly FieldDiff[] {
  return Object.entries(changes)
    .filter(([field, after]) => after !== undefined && !isDeepStrictEqual(bare(before[field] ?? null), bare(after)))
    .map(([field, after]) => ({ field, before: bare(before[field]), after }));
}

/** Every field of a new object. */
export function diffOfCreate(body: JsonObject): readonly FieldDiff[] {
  return Object.entries(body)
    .filter(([, after]) => after !== undefined)
    .map(([field, after]) => ({ field, before: undefined, after }));
}

/** Field-level difference of two versions of one object, audit fields and policy versions of references left out. */
export function diffOfVersions(before: JsonObject, after: JsonObject): readonly FieldDiff[] {
  const [old, current] = [unversioned(contentOf(before)), unversioned(contentOf(after))];
  return [...new Set([...Object.keys(old), ...Object.keys(current)])]
    .toSorted()
    .filter((field) => !isDeepStrictEqual(old[field], current[field]))
    .map((field) => ({ field, before: old[field], after: current[field] }));
}

/** Whether `actual` has everything that was sent; the PCE adds defaults, expands references and has its own order of lists. */
export function contains(actual: JsonValue | undefined, sent: JsonValue | undefined): boolean {
  if (Array.isArray(sent)) return Array.isArray(actual) && containsAll(actual, sent);
  if (isObject(sent))
    return (
      isObject(actual) &&
      Object.entries(sent as JsonObject).every(([key, value]) => contains((actual as JsonObject)[key], value))
    );
  // References to active objects come back as references to draft ones (objects.md §8.3).
  if (typeof actual === 'string' && typeof sent === 'string') return draftHref(actual) === draftHref(sent);
  return (actual ?? null) === (sent ?? null);
}

function containsAll(actual: readonly JsonValue[], sent: readonly JsonValue[]): boolean {
  if (actual.length !== sent.length) return false;
  const left = [...actual];
  return sent.every((item) => {
    const at = left.findIndex((candidate) => contains(candidate, item));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

/** A reference reduced to its href; the PCE expands them in some answers (objects.md §8.3). */
function bare(value: JsonValue | undefined): JsonValue | undefined {
  if (Array.isArray(value)) return value.map((item: JsonValue) => bare(item) ?? null);
  if (!isObject(value)) return value;
  const object = value as JsonObject; // narrowed from JsonValue
  if (typeof object['href'] === 'string') return { href: object['href'] };
  return Object.fromEntries(Object.entries(object).map(([key, inner]) => [key, bare(inner)]));
}
