import { forbidden } from '../http/refusals.ts';
import type { Caller } from '../world.ts';
import type { WorldState } from '../world-state.ts';

/** The labels of a scope by key: AND across keys, OR within one (objects.md §2.3). */
function byKeyOf(world: WorldState, scope: readonly number[]): ReadonlyMap<string, ReadonlySet<number>> {
  const byKey = new Map<string, Set<number>>();
  for (const id of scope) {
    const key = world.labels.get(id)?.record.key ?? '';
    byKey.set(key, (byKey.get(key) ?? new Set()).add(id));
  }
  return byKey;
}

/** A test for "one of the caller's grants covers something with these labels". A grant without a scope covers everything. */
export function scopeTest(world: WorldState, caller: Caller): (labels: readonly number[]) => boolean {
  if (caller.scope.length === 0) return () => true;
  const grants = caller.grants.map(({ scope }) => [...byKeyOf(world, scope).values()]);
  return (labels) => grants.some((wanted) => wanted.every((ids) => labels.some((id) => ids.has(id))));
}

/** For writes to what belongs to no scope: labels, IP lists, services, settings. Throws 403 for scoped callers. */
export function requireGlobal(caller: Caller): void {
  if (caller.scope.length > 0) throw forbidden();
}
