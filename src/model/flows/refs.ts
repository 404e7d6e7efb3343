import { isObject } from '../../core/json.ts';

const ownHref = (value: unknown): string | null =>
  isObject(value) && typeof value['href'] === 'string' ? value['href'] : null;

/** `rules` comes as {"sec_policy":{"href","name"}} too (traffic.md §4.1); no deeper, because the depth is the sender's choice. */
const hrefOf = (value: unknown): string | null =>
  typeof value === 'string' ? value : (ownHref(value) ?? (isObject(value) ? ownHref(value['sec_policy']) : null));

/** The hrefs (or plain strings) of a list, or of a single object in its place, joined by ", "; null when there are none. */
export function joinedRefs(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) return null;
  return list.flatMap((item) => hrefOf(item) ?? []).join(', ');
}
