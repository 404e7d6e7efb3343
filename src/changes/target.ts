import { type Href, isHref } from '../core/href.ts';
import type { Plan, RequestOutcome, WriteMethod } from './plan.ts';

/** Paths that act on what their body names rather than on an object of that path (objects.md §6.5, §6.6, §10.2). */
const ACTION = /\/(?:bulk_[a-z]+|delete|set_labels|remove_labels|unpair|restore|sec_policy)$/;

/** The object a request works on; null when it is not one. */
export function targetOf(method: WriteMethod, path: string, created: Href | null): Href | null {
  if (ACTION.test(path)) return null;
  if (method === 'POST') return created;
  return isHref(path) ? path : null;
}

/** The last request before `index` that changed what `target` says: it itself, or something in it. Null when there is none. */
export function touchedBy(
  plan: Plan,
  journal: readonly RequestOutcome[],
  target: string,
  range: { readonly from: number; readonly to: number },
  fill: (path: string) => string,
): number | null {
  for (let index = range.to - 1; index >= range.from; index--) {
    const request = plan.requests[index];
    const result = journal[index]?.result ?? 'not_sent';
    if (request === undefined || result === 'not_sent' || result === 'failed') continue;
    const own = targetOf(request.method, fill(request.path), journal[index]?.href ?? null);
    if (own !== null && (own === target || own.startsWith(`${target}/`) || target.startsWith(`${own}/`))) return index;
  }
  return null;
}
