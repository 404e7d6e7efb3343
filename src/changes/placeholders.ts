import { Failure } from '../core/errors.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { isObject } from '../core/json.ts';

/** Puts the hrefs that earlier requests created where a plan says `{n}` (or `{self}`); nothing else is ever computed while applying. */
export function fillPath(path: string, created: ReadonlyMap<string, string>): string {
  return path.replace(/\{(\d+|self)\}/g, (_, name: string) => created.get(name) ?? unknown(name));
}

/** In a body only references are filled: a name that happens to be `{1}` is a name. */
export const fillBody = (value: JsonValue | undefined, created: ReadonlyMap<string, string>): JsonValue | undefined =>
  mapHrefs(value, (href) => fillPath(href, created));

/** The number of the first request whose href is needed and not known; null when all are. */
export function notMade(
  path: string,
  body: JsonValue | undefined,
  created: ReadonlyMap<string, string>,
): string | null {
  let missing: string | null = null;
  const look = (text: string): string =>
    text.replace(/\{(\d+)\}/g, (whole, name: string) => {
      if (!created.has(name)) missing ??= name;
      return whole;
    });
  look(path);
  mapHrefs(body, look);
  return missing;
}

/** `value` with every `href` in it changed. */
export function mapHrefs(value: JsonValue | undefined, change: (href: string) => string): JsonValue | undefined {
  if (Array.isArray(value)) return value.map((item: JsonValue) => mapHrefs(item, change) ?? null);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, inner]) => [
      key,
      key === 'href' && typeof inner === 'string' ? change(inner) : mapHrefs(inner, change),
    ]),
  );
}

function unknown(name: string): never {
  throw new Failure('internal', { detail: { placeholder: name } });
}
