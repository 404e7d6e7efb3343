import type { JsonObject } from '../../core/json.ts';
import { exact, partial } from '../http/query.ts';
import { hrefOf, objectsIn, textIn } from '../lifecycle/body.ts';
import { labelHref, labelIdIn } from '../objects/wire.ts';
import { labelIds } from '../objects/workload-edit.ts';
import { labelRefs } from '../objects/workload-wire.ts';
import type { WorldState } from '../world-state.ts';
import type { StoredRecord } from './record-store.ts';

/** Ids of the labels in a stored list of `{ href }`. */
export const labelIdsIn = ({ orgId }: Pick<WorldState, 'orgId'>, labels: unknown): readonly number[] =>
  objectsIn(labels).flatMap((item) => labelIdIn(orgId, hrefOf(item)) ?? []);

/** A list of `{ href }` of existing labels, at most one of a key. Throws 406. */
export const storedLabels = (world: WorldState, labels: unknown): readonly JsonObject[] =>
  labelIds(
    world,
    objectsIn(labels).map((item) => ({ href: hrefOf(item) ?? '' })),
  ).map((id) => ({ href: labelHref(world.orgId, id) }));

/** A stored list of labels as `{ href, key, value }`. */
export const expandedLabels = (world: WorldState, labels: unknown): readonly JsonObject[] =>
  labelRefs(world, labelIdsIn(world, labels));

/** The filters on name, description and external data that nearly every collection has. */
export function textFilter(query: URLSearchParams): (record: StoredRecord) => boolean {
  const name = partial(query, 'name');
  const description = partial(query, 'description');
  const dataSet = exact(query, 'external_data_set');
  const reference = exact(query, 'external_data_reference');
  return ({ body }) =>
    name(textIn(body['name'])) &&
    description(textIn(body['description'])) &&
    dataSet(textIn(body['external_data_set'])) &&
    reference(textIn(body['external_data_reference']));
}
