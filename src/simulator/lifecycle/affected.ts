import { isObject, type JsonObject } from '../../core/json.ts';
import { idIn } from '../objects/wire.ts';
import type { StoredWorkload } from '../objects/workload-store.ts';
import type { WorldState } from '../world-state.ts';
import { hrefOf, objectsIn } from './body.ts';
import { activeContent, type Content, type PolicyObject } from './object.ts';
import type { Pending } from './policy-store.ts';
import { references } from './references.ts';

type Test = (workload: StoredWorkload) => boolean;

/**
 * The living workloads whose policy a set of pending changes touches: those a changed rule selects on either side. A rule is changed when
 * the draft marks it, when its rule set changes as a whole, or when it names a changed object. Conservative: scope and actors are read
 * from the draft and from the active copy, addresses in IP lists are not looked up.
 */
export function affectedWorkloads(world: WorldState, changes: readonly Pending[]): readonly StoredWorkload[] {
  if (changes.some(({ type }) => type === 'firewall_settings')) return world.workloads.all();
  const tests = [...touched(world, changes)].flatMap(([object, hrefs]) => testsOf(world, object, hrefs));
  return world.workloads.all().filter((workload) => tests.some((test) => test(workload)));
}

/** Rule sets and boundaries that change, and (for those that only name something that does) the hrefs whose rules count. */
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

function testsOf(world: WorldState, object: PolicyObject, hrefs: ReadonlySet<string> | null): Test[] {
  const active = activeContent(object);
  const contents = [active, object.draft?.content ?? null].filter((content) => content !== null);
  const whole = hrefs === null && bodyChanges(object, active);
  return contents.flatMap((content) => {
    const bodies =
      object.type === 'enforcement_boundaries'
        ? [content.body]
        : content.rules
            .filter((rule) => whole || rule.updateType !== null || (hrefs !== null && names(rule.body, hrefs)))
            .map(({ body }) => body);
    const inScope = scopeTests(world, content.body['scopes']);
    return bodies.flatMap((body): Test[] => {
      const providers = actorTest(world, body['providers']);
      const consumers = actorTest(world, body['consumers']);
      const anywhere = body['unscoped_consumers'] === true;
      return [
        (workload) => inScope(workload) && providers(workload),
        (workload) => (anywhere || inScope(workload)) && consumers(workload),
      ];
    });
  });
}

/** Whether the rule set as such changes: made, deleted, switched, moved to another scope, or named in its own scope. */
function bodyChanges(object: PolicyObject, active: Content | null): boolean {
  const { draft } = object;
  if (!draft || draft.updateType !== 'update' || !active) return true;
  return (['enabled', 'scopes'] as const).some(
    (field) => JSON.stringify(draft.content.body[field]) !== JSON.stringify(active.body[field]),
  );
}

const names = (body: JsonObject, hrefs: ReadonlySet<string>): boolean =>
  [...references({ body, rules: [], updatedMs: 0, updatedBy: '' })].some((href) => hrefs.has(href));

function scopeTests(world: WorldState, scopes: unknown): Test {
  const list: readonly unknown[] = Array.isArray(scopes) && scopes.length > 0 ? scopes : [[]];
  const tests = list.map((scope) => labelTest(world, objectsIn(scope)) ?? (() => true));
  return (workload) => tests.some((test) => test(workload));
}

function actorTest(world: WorldState, actors: unknown): Test {
  const entries = objectsIn(actors);
  const everyone = entries.some((entry) => entry['actors'] === 'ams');
  if (everyone) return () => true;
  const workloads = new Set(
    entries.flatMap((entry) => idIn(`/orgs/${world.orgId}/workloads`, hrefOf(entry['workload'])) ?? []),
  );
  const labels = labelTest(world, entries);
  return (workload) => workloads.has(workload.record.id) || (labels?.(workload) ?? false);
}

/** Labels and groups of an actor list or scope: OR within a key, AND across keys (objects.md §11.2); null when there are none. */
function labelTest(world: WorldState, entries: readonly JsonObject[]): Test | null {
  const byKey = new Map<string, { readonly included: Set<number>; readonly excluded: Set<number> }>();
  for (const entry of entries)
    for (const id of labelsOf(world, entry)) {
      const key = world.labels.get(id)?.record.key ?? '';
      const sets = byKey.get(key) ?? { included: new Set(), excluded: new Set() };
      byKey.set(key, sets);
      (entry['exclusion'] === true ? sets.excluded : sets.included).add(id);
    }
  if (byKey.size === 0) return null;
  return ({ record }) =>
    [...byKey].every(([key, { included, excluded }]) => {
      const own = record.labels.find((id) => world.labels.get(id)?.record.key === key);
      return own !== undefined && !excluded.has(own) && (included.size === 0 || included.has(own));
    });
}

function labelsOf(world: WorldState, entry: JsonObject): readonly number[] {
  const label = idIn(`/orgs/${world.orgId}/labels`, hrefOf(entry['label']));
  if (label !== null) return [Number(label)];
  const group = hrefOf(entry['label_group']);
  return group === null ? [] : groupLabels(world, group, new Set());
}

function groupLabels(world: WorldState, href: string, seen: Set<string>): readonly number[] {
  if (seen.has(href)) return [];
  seen.add(href);
  const object = world.policies.byHref(href);
  const body = object && world.policies.inObject(object, 'draft')?.body;
  if (!isObject(body)) return [];
  return [
    ...objectsIn(body['labels']).map((item) => Number(hrefOf(item)?.split('/').at(-1))),
    ...objectsIn(body['sub_groups']).flatMap((item) => groupLabels(world, hrefOf(item) ?? '', seen)),
  ];
}
