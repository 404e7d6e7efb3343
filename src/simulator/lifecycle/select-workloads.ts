import type { JsonObject } from '../../core/json.ts';
import { idIn, labelIdIn } from '../objects/wire.ts';
import type { StoredWorkload } from '../objects/workload-store.ts';
import type { WorldState } from '../world-state.ts';
import { hrefOf, isJsonObject, objectsIn } from './body.ts';

/** A condition on the label of one key: one of `included` (when there are any), none of `excluded`. */
interface Clause {
  readonly key: string;
  readonly included: Set<number>;
  readonly excluded: Set<number>;
}

/**
 * The living workloads that a rule's actors select inside scopes (objects.md §11.2, §11.3). Starts from the rarest label asked for, so that
 * thousands of rules over tens of thousands of workloads stay quick. IP lists and services behind them select no workloads here.
 */
export function selectWorkloads(world: WorldState, actors: unknown, scopes: unknown): Iterable<StoredWorkload> {
  const entries = objectsIn(actors);
  const labels = clausesOf(world, entries);
  const everyone = entries.some((entry) => entry['actors'] === 'ams');
  const named = entries.flatMap((entry) => {
    const id = idIn(`/orgs/${world.orgId}/workloads`, hrefOf(entry['workload']));
    const workload = id === null ? undefined : world.workloads.get(id);
    return workload && !workload.deleted ? [workload] : [];
  });
  const alternatives: readonly unknown[] = Array.isArray(scopes) && scopes.length > 0 ? scopes : [[]];
  const found = new Set<StoredWorkload>();
  for (const scope of alternatives) {
    const bounds = clausesOf(world, objectsIn(scope));
    if (everyone) for (const workload of matching(world, bounds)) found.add(workload);
    else if (labels.length > 0) for (const workload of matching(world, [...bounds, ...labels])) found.add(workload);
    for (const workload of named) if (bounds.every((clause) => holds(world, clause, workload))) found.add(workload);
  }
  return found;
}

/** Whether a workload lies inside one of the scopes of a setting; none at all is nowhere. */
export function inScopes(world: WorldState, scopes: unknown, workload: StoredWorkload): boolean {
  const alternatives: readonly unknown[] = Array.isArray(scopes) ? scopes : [];
  return alternatives.some((scope) =>
    clausesOf(world, objectsIn(scope)).every((clause) => holds(world, clause, workload)),
  );
}

function matching(world: WorldState, clauses: readonly Clause[]): readonly StoredWorkload[] {
  const byLabel = world.workloads.byLabel();
  const size = ({ included }: Clause): number =>
    [...included].reduce((sum, id) => sum + (byLabel.get(id)?.length ?? 0), 0);
  const [rarest] = clauses.filter(({ included }) => included.size > 0).sort((a, b) => size(a) - size(b));
  const candidates = rarest ? [...rarest.included].flatMap((id) => byLabel.get(id) ?? []) : world.workloads.all();
  return candidates.filter((workload) => clauses.every((clause) => holds(world, clause, workload)));
}

function holds(world: WorldState, { key, included, excluded }: Clause, { record }: StoredWorkload): boolean {
  // At most one label of a key (objects.md §0.3-20), so an included one is the one that counts.
  if (included.size > 0) return record.labels.some((id) => included.has(id) && !excluded.has(id));
  const own = record.labels.find((id) => world.labels.get(id)?.record.key === key);
  return own !== undefined && !excluded.has(own);
}

/** Labels and groups by key: OR within a key, AND across keys. */
function clausesOf(world: WorldState, entries: readonly JsonObject[]): readonly Clause[] {
  const byKey = new Map<string, Clause>();
  for (const entry of entries)
    for (const id of labelsOf(world, entry)) {
      const key = world.labels.get(id)?.record.key ?? '';
      const clause = byKey.get(key) ?? { key, included: new Set(), excluded: new Set() };
      byKey.set(key, clause);
      (entry['exclusion'] === true ? clause.excluded : clause.included).add(id);
    }
  return [...byKey.values()];
}

/** The labels an entry of a scope names, itself or by group. */
export function labelsOf(world: WorldState, entry: JsonObject): readonly number[] {
  const label = labelIdIn(world.orgId, hrefOf(entry['label']));
  if (label !== null) return [label];
  const group = hrefOf(entry['label_group']);
  return group === null ? [] : groupLabels(world, group, new Set());
}

function groupLabels(world: WorldState, href: string, seen: Set<string>): readonly number[] {
  if (seen.has(href)) return [];
  seen.add(href);
  const object = world.policies.byHref(href);
  const body = object && world.policies.inObject(object, 'draft')?.body;
  if (!isJsonObject(body)) return [];
  return [
    ...objectsIn(body['labels']).flatMap((item) => labelIdIn(world.orgId, hrefOf(item)) ?? []),
    ...objectsIn(body['sub_groups']).flatMap((item) => groupLabels(world, hrefOf(item) ?? '', seen)),
  ];
}
