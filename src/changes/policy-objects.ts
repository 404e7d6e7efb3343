import type { JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import type { PceReader } from './plan.ts';
import { draftHref, hrefOf, inVersion, policyTypeOf, textOf } from './wire.ts';

/** One entry of `sec_policy/pending` or `modified_objects`. */
export interface PolicyChange {
  /** In the draft. */
  readonly href: string;
  /** As `change_subset` names it. */
  readonly type: string;
  readonly name: string;
  readonly change: 'create' | 'update' | 'delete';
  /** Href of the last editor. */
  readonly by: string | null;
  readonly at: string | null;
}

/** Everything that would be provisioned, of every kind there is (objects.md §10.2). */
export async function pendingObjects(pce: PceReader, signal?: AbortSignal): Promise<readonly PolicyChange[]> {
  const groups = await pce.read(`/orgs/${pce.orgId}/sec_policy/pending`, signal);
  return Object.values(groups ?? {})
    .flatMap((items) => (Array.isArray(items) ? items : [items]))
    .flatMap((item) => (isObject(item) ? [changeOf(item as JsonObject)] : [])); // parsed JSON
}

/** What a version changed (objects.md §10.4). */
export async function modifiedObjects(
  version: number,
  pce: PceReader,
  signal?: AbortSignal,
): Promise<readonly PolicyChange[]> {
  return (await pce.list(`/orgs/${pce.orgId}/sec_policy/${version}/modified_objects`, {}, signal)).map(changeOf);
}

function changeOf(item: JsonObject): PolicyChange {
  const href = draftHref(hrefOf(item));
  const change = textOf(item, 'update_type');
  const by = item['updated_by'];
  return {
    href,
    type: policyTypeOf(href) ?? '',
    name: textOf(item, 'name') ?? href,
    change: change === 'create' || change === 'delete' ? change : 'update',
    by: isObject(by) && typeof by['href'] === 'string' ? by['href'] : null,
    at: textOf(item, 'updated_at'),
  };
}

/** From so many objects of a kind on, one listing costs less than reading each. */
const LISTED_FROM = 25;

/** Policy objects as they are in one version, by draft href; null where they do not exist in it. */
export async function readVersion(
  hrefs: readonly string[],
  version: string | number,
  pce: PceReader,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, JsonObject | null>> {
  const byType = Map.groupBy(hrefs.map(draftHref), (href) => policyTypeOf(href) ?? '');
  const found = new Map<string, JsonObject | null>();
  for (const [type, wanted] of byType) {
    if (wanted.length < LISTED_FROM || type === 'firewall_settings') {
      const objects = await Promise.all(wanted.map((href) => pce.read(inVersion(href, version), signal)));
      wanted.forEach((href, index) => found.set(href, objects[index] ?? null));
    } else {
      const all = await pce.list(`/orgs/${pce.orgId}/sec_policy/${version}/${type}`, {}, signal);
      const listed = new Map(all.map((object) => [draftHref(hrefOf(object)), object]));
      for (const href of wanted) found.set(href, listed.get(href) ?? null);
    }
  }
  return found;
}

/** Number of the newest version; 0 before the first. */
export async function newestVersion(pce: PceReader, signal?: AbortSignal): Promise<number> {
  const versions = await pce.list(`/orgs/${pce.orgId}/sec_policy`, {}, signal);
  return Math.max(0, ...versions.map(({ version }) => (typeof version === 'number' ? version : 0)));
}
