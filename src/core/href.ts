import { Failure } from './errors.ts';

declare const brand: unique symbol;

/** The path of a PCE object without scheme, host and `/api/v2`: `/orgs/1/labels/8`. Opaque: ids pass 2^53 on SaaS and stay strings. */
export type Href = string & { readonly [brand]: 'Href' };

// One grammar for every href (objects.md §1.2): segments of letters, digits, `_`, `-` and inner dots (SIDs); never `..`, `%`, `?` or `#`.
const HREF = /^(?:\/[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)+$/;
const MAX_HREF_LENGTH = 512;

export function isHref(text: string): text is Href {
  return text.length <= MAX_HREF_LENGTH && text.startsWith('/') && HREF.test(text);
}

/** `text` as an Href, a leading `/api/v2` tolerated (traffic.md §1.1). Throws `invalid_href`; never normalises anything else. */
export function href(text: string): Href {
  const bare = text.startsWith('/api/v2/') ? text.slice('/api/v2'.length) : text;
  if (!isHref(bare)) throw new Failure('invalid_href', { data: { href: text.slice(0, 80) } });
  return bare;
}

/** The same object in the draft policy; hrefs without a policy version are returned as they are. */
export const draftHref = (value: Href): Href =>
  value.replace(/\/sec_policy\/(?:active|\d+)\//, '/sec_policy/draft/') as Href;

/** The same object in the active policy. */
export const activeHref = (value: Href): Href =>
  value.replace(/\/sec_policy\/(?:draft|\d+)\//, '/sec_policy/active/') as Href;

/** The id: the last segment. */
export const idOf = (value: Href): string => value.slice(value.lastIndexOf('/') + 1);

/** The collection an href belongs to: `labels`, `rule_sets`, `sec_rules`. */
export function typeOf(value: Href): string {
  const segments = value.split('/');
  return segments.at(-2) ?? '';
}

/** A path below `/api/v2`, ready to be sent. */
export type ApiPath = string & { readonly [brand]: 'ApiPath' };

/**
 * The only way to make a path for the PCE: each value becomes one encoded segment, except an Href, which is inserted whole.
 * Refuses empty and dot segments and anything that would change the structure (attack 31 of the security cases).
 */
export function apiPath(strings: TemplateStringsArray, ...values: readonly (string | number)[]): ApiPath {
  let path = strings[0] ?? '';
  values.forEach((value, index) => {
    const text = String(value);
    if (text.startsWith('/')) path += href(text);
    else if (text === '' || text === '.' || text === '..')
      throw new Failure('invalid_href', { data: { segment: text } });
    else path += encodeURIComponent(text);
    path += strings[index + 1] ?? '';
  });
  return path as ApiPath;
}
