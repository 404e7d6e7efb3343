import { refusedAs } from '../http/refusals.ts';
import { hrefObject, list, record } from '../http/schema.ts';
import type { WorldState } from '../world-state.ts';
import { POLICY_TYPES, type PolicyObject, type PolicyType } from './object.ts';
import type { Pending } from './policy-store.ts';

export type ChangeSubset = Readonly<Record<string, readonly { readonly href: string }[]>>;

/** `change_subset` (objects.md §10.1). Items may carry more than their href: clients send back what `pending` gave them. */
export const changeSubset = record(Object.fromEntries(POLICY_TYPES.map((type) => [type, list(hrefObject)])));

/** The pending objects a subset names, all of them without one. Throws 406 for what is not pending. */
export function pendingIn(world: WorldState, subset: ChangeSubset | undefined): readonly Pending[] {
  const pending = world.policies.pending();
  if (!subset) return pending;
  const byHref = new Map(pending.map((object) => [world.policies.href(object), object]));
  const chosen = new Set<Pending>();
  for (const { href } of Object.values(subset).flat()) {
    const object = byHref.get(href.replace('/sec_policy/active/', '/sec_policy/draft/'));
    if (!object) throw refusedAs('notPending');
    chosen.add(object);
  }
  return [...chosen];
}

/** Objects by the kind they are of, in the order of `POLICY_TYPES`; kinds without any are left out. */
export function byType<T extends PolicyObject>(
  objects: readonly T[],
): readonly (readonly [PolicyType, readonly T[]])[] {
  return POLICY_TYPES.flatMap((type) => {
    const own = objects.filter((object) => object.type === type);
    return own.length > 0 ? [[type, own] as const] : [];
  });
}
