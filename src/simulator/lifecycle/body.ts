import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { invalidUri } from '../http/refusals.ts';
import { idIn, labelIdIn } from '../objects/wire.ts';
import type { WorldState } from '../world-state.ts';

/**
 * A body as it is stored: every reference reduced to its href (clients send whole objects back), active hrefs turned into draft ones
 * (objects.md §8.3), and everything it names known to exist. Throws 406 `invalid_uri`.
 */
export function storable(world: WorldState, body: JsonObject): JsonObject {
  const fields = (object: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(object).map(([key, field]) => [key, visit(field)]));
  const visit = (value: JsonValue | undefined): JsonValue => {
    if (Array.isArray(value)) return value.map(visit);
    if (!isJsonObject(value)) return typeof value === 'object' ? null : (value ?? null);
    if (typeof value['href'] === 'string') return { href: existing(world, value['href']) };
    return fields(value);
  };
  // Rules sent inside their rule set are named by href and changed at once: the rest of them is content, not a reference.
  const rules = (list: unknown): JsonObject[] =>
    objectsIn(list).map(({ href, ...rule }) => ({ ...(href !== undefined && { href }), ...fields(rule) }));
  const { rules: own, ip_tables_rules: ipTables, ...rest } = body;
  return {
    ...fields(rest),
    ...(own !== undefined && { rules: rules(own) }),
    ...(ipTables !== undefined && { ip_tables_rules: rules(ipTables) }),
  };
}

/** The draft href of something that exists and is not on its way out. */
function existing(world: WorldState, href: string): string {
  const org = `/orgs/${world.orgId}`;
  const label = labelIdIn(world.orgId, href);
  if (label !== null && world.label(label)) return href;
  const workload = idIn(`${org}/workloads`, href);
  if (workload !== null && world.workload(workload)) return href;
  const network = idIn(`${org}/networks`, href);
  if (network !== null && world.estate.networks.some(({ id }) => id === network)) return href;
  const [, collection = '', id = ''] = /\/([a-z_]+)\/([^/?]+)$/.exec(href) ?? [];
  if (href.startsWith(`${org}/`) && world.records.get(collection, id)) return href;
  const object = world.policies.byHref(href);
  if (object && object.draft?.updateType !== 'delete') return world.policies.href(object);
  throw invalidUri(href);
}

/** Objects of a list field; anything else reads as none. */
export const objectsIn = (value: unknown): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : [];

/** For values that came out of `JSON.parse` or an estate: what is an object there holds JSON all the way down. */
export const isJsonObject = (value: unknown): value is JsonObject => isObject(value);

export const hrefOf = (value: unknown): string | null =>
  isObject(value) && typeof value['href'] === 'string' ? value['href'] : null;

/** A field that is text, or null. */
export const textIn = (value: unknown): string | null => (typeof value === 'string' ? value : null);
