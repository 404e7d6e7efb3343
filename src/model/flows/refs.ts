import { isObject } from '../../core/json.ts';

function hrefOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (!isObject(value)) return null;
  if (typeof value['href'] === 'string') return value['href'];
  // `rules` comes as {"sec_policy":{"href","name"}} too (traffic.md §4.1).
  return isObject(value['sec_policy']) ? hrefOf(value['sec_policy']) : null;
}

/** The hrefs (or plain strings) of a list, or of a single object in its place, joined by ", "; null when there are none. */
export function joinedRefs(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) return null;
  return list.flatMap((item) => hrefOf(item) ?? []).join(', ');
}
