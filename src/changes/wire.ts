import { Failure } from '../core/errors.ts';
import { type Href, isHref } from '../core/href.ts';
import { isObject, type JsonObject, type JsonValue } from '../core/json.ts';

/** A text field of a wire object; null when it is absent or no text. */
export function textOf(object: JsonObject, field: string): string | null {
  const value = object[field];
  return typeof value === 'string' ? value : null;
}

/** The href of a wire object. Throws `pce_bad_answer` when there is none. */
export function hrefOf(object: JsonObject): Href {
  const value = textOf(object, 'href');
  if (value === null || !isHref(value))
    throw new Failure('pce_bad_answer', { message: 'The PCE sent an object without an href.' });
  return value;
}

/** What a person calls it: its name, host name or value, else its href. */
export const nameOf = (object: JsonObject): string =>
  textOf(object, 'name') ?? textOf(object, 'hostname') ?? textOf(object, 'value') ?? hrefOf(object);

/** `href` in another policy version; hrefs without one stay as they are. */
export const inVersion = (href: string, version: string | number): string =>
  href.replace(/\/sec_policy\/(?:active|draft|\d+)\//, `/sec_policy/${version}/`);

/** As core's, of any text. */
export const draftHref = (href: string): string => inVersion(href, 'draft');

/** The kind of a versioned object as `change_subset` names it, of one of its rules too; null for anything else. */
export const policyTypeOf = (href: string): string | null =>
  /^\/orgs\/\d+\/sec_policy\/(?:active|draft|\d+)\/([a-z_]+)(?:\/|$)/.exec(href)?.[1] ?? null;

/** Whether an href is that of a versioned object itself, not of a rule in it: what `change_subset` can name. */
export const isPolicyObject = (href: string): boolean =>
  /^\/orgs\/\d+\/sec_policy\/(?:active|draft|\d+)\/(?:firewall_settings|[a-z_]+\/[A-Za-z0-9-]+)$/.test(href);

/** Hrefs by kind, as provisioning and reverting want them (objects.md §10.1). */
export function changeSubset(hrefs: readonly string[]): JsonObject {
  const byType = Map.groupBy(hrefs, (href) => {
    const type = policyTypeOf(href);
    if (type === null) throw new Failure('invalid_href', { data: { href } });
    return type;
  });
  return Object.fromEntries([...byType].map(([type, own]) => [type, own.map((href) => ({ href }))]));
}

/** The hrefs of a `change_subset` in a body that was sent. */
export function hrefsInSubset(body: JsonValue | undefined): readonly string[] {
  const subset = isObject(body) ? body['change_subset'] : undefined;
  if (!isObject(subset)) return [];
  return Object.values(subset).flatMap((items) =>
    Array.isArray(items)
      ? items.flatMap((item) => (isObject(item) && typeof item['href'] === 'string' ? [item['href']] : []))
      : [],
  );
}
