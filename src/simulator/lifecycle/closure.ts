import { CHOICES } from '../choices.ts';
import { refusedAs } from '../http/refusals.ts';
import type { WorldState } from '../world-state.ts';
import { activeContent, type Content, type PolicyObject } from './object.ts';
import type { Pending } from './policy-store.ts';
import { references } from './references.ts';

export interface Missing {
  readonly dependency: PolicyObject;
  readonly requiredBy: readonly PolicyObject[];
}

/**
 * What would have to go along with a commit or revert of `chosen` (objects.md §10.3): for a commit, referenced objects that were never
 * provisioned, and pending objects that stop referring to what is deleted; for a revert, the mirror image.
 */
export function missingFrom(
  world: WorldState,
  operation: 'commit' | 'revert',
  chosen: readonly Pending[],
): readonly Missing[] {
  const inSubset = new Set<PolicyObject>(chosen);
  const found = new Map<PolicyObject, Set<PolicyObject>>();
  const waiting: PolicyObject[] = [...chosen];
  for (let object = waiting.pop(); object; object = waiting.pop()) {
    for (const dependency of operation === 'commit' ? forCommit(world, object) : forRevert(world, object)) {
      if (inSubset.has(dependency)) continue;
      const known = found.get(dependency);
      if (known) known.add(object);
      else {
        found.set(dependency, new Set([object]));
        waiting.push(dependency);
      }
    }
  }
  return [...found].map(([dependency, requiredBy]) => ({ dependency, requiredBy: [...requiredBy] }));
}

/** Throws 406 when `chosen` cannot stand alone. */
export function requireClosed(world: WorldState, operation: 'commit' | 'revert', chosen: readonly Pending[]): void {
  if (missingFrom(world, operation, chosen).length > 0) throw refusedAs('notClosed');
}

const named = (world: WorldState, content: Content | null): readonly PolicyObject[] =>
  [...references(content)].flatMap((href) => world.policies.byHref(href) ?? []);

const refersTo = (world: WorldState, content: Content | null, object: PolicyObject): boolean =>
  references(content).has(world.policies.href(object));

function forCommit(world: WorldState, object: PolicyObject): readonly PolicyObject[] {
  const { draft } = object;
  if (draft?.updateType === 'delete')
    return world.policies
      .referrers(world.policies.href(object))
      .filter((user) => user.draft !== null && refersTo(world, activeContent(user), object));
  return named(world, draft?.content ?? null).filter(
    (target) =>
      activeContent(target) === null ||
      (CHOICES.commitNeedsUpdatedDependencies && target.draft?.updateType === 'update'),
  );
}

function forRevert(world: WorldState, object: PolicyObject): readonly PolicyObject[] {
  if (object.draft?.updateType === 'create')
    return world.policies
      .referrers(world.policies.href(object))
      .filter((user) => user.draft !== null && refersTo(world, user.draft.content, object));
  return named(world, activeContent(object)).filter((target) => target.draft?.updateType === 'delete');
}
