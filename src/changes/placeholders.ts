import { Failure } from '../core/errors.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { isObject } from '../core/json.ts';

/** Puts the hrefs that earlier requests created where a plan says `{n}` (or `{self}`); nothing else is ever computed while applying. */
export function fillPath(path: string, created: ReadonlyMap<string, string>): string {
  return path.replace(/\{(\d+|self)\}/g, (_, name: string) => created.get(name) ?? unknown(name));
}

export function fillBody(value: JsonValue | undefined, created: ReadonlyMap<string, string>): JsonValue | undefined {
  if (typeof value === 'string') {
    const name = /^\{(\d+|self)\}$/.exec(value)?.[1];
    return name === undefined ? value : (created.get(name) ?? unknown(name));
  }
  if (Array.isArray(value)) return value.map((item: JsonValue) => fillBody(item, created) ?? null);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value as JsonObject).map(([key, inner]) => [key, fillBody(inner, created)]));
}

function unknown(name: string): never {
  throw new Failure('internal', { detail: { placeholder: name } });
}
