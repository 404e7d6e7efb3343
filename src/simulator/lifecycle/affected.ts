import type { JsonObject } from '../../core/json.ts';
import type { StoredWorkload } from '../objects/workload-store.ts';
import type { WorldState } from '../world-state.ts';
import { activeContent, type Content, type PolicyObject } from './object.ts';
import type { Pending } from './policy-store.ts';
import { hrefsIn } from './references.ts';
import { selectWorkloads } from './select-workloads.ts';

/**
 * The living workloads whose policy a set of pending changes touches: those a changed rule selects on either side. A rule is changed when
 * the draft marks it, when its rule set changes as a whole, or when it names a changed object. Conservative: scope and actors are read
 * from the draft and from the active copy, addresses in IP lists are not looked up.
 */
export function affectedWorkloads(world: WorldState, changes: readonly Pending[]): readonly StoredWorkload[] {
  if (changes.some(({ type }) => type === 'firewall_settings')) return world.workloads.all();
  const sides = new Map<string, Side>();
  // Thousands of rules select the same peers in the same scope; each such side is looked at once.
  for (const [object, hrefs] of touched(world, changes))
    for (const side of sidesOf(object, hrefs)) sides.set(JSON.stringify(side), side);
  const found = new Set<StoredWorkload>();
  for (const { actors, scopes } of sides.values())
    for (const workload of selectWorkloads(world, actors, scopes)) found.add(workload);
  return [...found];
}

/** One side of a rule; null scopes are everywhere. */
interface Side {
  readonly actors: unknown;
  readonly scopes: unknown;
}

/** Rule sets and boundaries that change (null), and those that only name something that does (its hrefs). */
function touched(
  world: WorldState,
  changes: readonly Pending[],
): ReadonlyMap<PolicyObject, ReadonlySet<string> | null> {
  const found = new Map<PolicyObject, Set<string> | null>();
  const waiting: PolicyObject[] = [...changes];
  const seen = new Set<PolicyObject>();
  for (let object = waiting.pop(); object; object = waiting.pop()) {
    if (seen.has(object)) continue;
    seen.add(object);
    if (object.type === 'rule_sets' || object.type === 'enforcement_boundaries') found.set(object, null);
    const href = world.policies.href(object);
    for (const user of world.policies.referrers(href)) {
      if (user.type !== 'rule_sets' && user.type !== 'enforcement_boundaries') waiting.push(user);
      else if (found.get(user) !== null) found.set(user, (found.get(user) ?? new Set()).add(href));
    }
  }
  return found;
}

function sidesOf(object: PolicyObject, hrefs: ReadonlySet<string> | null): readonly Side[] {
  const active = activeContent(object);
  const contents = [active, object.draft?.content ?? null].filter((content) => content !== null);
  const whole = hrefs === null ? bodyChanges(object, active) : contents.some(({ body }) => names(body, hrefs));
  return contents.flatMap((content) =>
    ruleBodies(object, content, (rule) => whole || rule.marked || (hrefs !== null && names(rule.body, hrefs))).flatMap(
      (body) => [
        { actors: body['providers'], scopes: content.body['scopes'] },
        { actors: body['consumers'], scopes: body['unscoped_consumers'] === true ? null : content.body['scopes'] },
      ],
    ),
  );
}

function ruleBodies(
  object: PolicyObject,
  content: Content,
  counts: (rule: { readonly body: JsonObject; readonly marked: boolean }) => boolean,
): readonly JsonObject[] {
  if (object.type === 'enforcement_boundaries') return [content.body];
  return content.rules
    .filter(({ body, updateType }) => counts({ body, marked: updateType !== null }))
    .map(({ body }) => body);
}

/** Whether the rule set as such changes: made, deleted, switched or moved to another scope. */
function bodyChanges(object: PolicyObject, active: Content | null): boolean {
  const { draft } = object;
  if (!draft || draft.updateType !== 'update' || !active) return true;
  return (['enabled', 'scopes'] as const).some(
    (field) => JSON.stringify(draft.content.body[field]) !== JSON.stringify(active.body[field]),
  );
}

const names = (body: JsonObject, hrefs: ReadonlySet<string>): boolean => hrefsIn(body).some((href) => hrefs.has(href));
