import type { JsonObject } from '../../core/json.ts';
import { scopeTest } from '../auth/scope.ts';
import type { Request, Route } from '../http/route.ts';
import { list, oneOf, open, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { venHealth } from '../objects/ven-filter.ts';
import { isManaged, type Managed } from '../objects/ven-wire.ts';
import type { WorldState } from '../world-state.ts';
import { venNow } from './upgrading.ts';

/** What VENs are counted by (the published schema of `vens/statistics`). */
export const VEN_PROPERTIES: readonly string[] = [
  'status',
  'version',
  'health',
  'condition',
  'os_id',
  'enforcement_mode',
  'ven_type',
];
const property = oneOf(...VEN_PROPERTIES);

interface Wanted {
  readonly property: string;
  readonly values?: readonly string[];
  readonly filters?: readonly { readonly filter_property: string; readonly values?: readonly string[] }[];
}

const check = bodyCheck<{ readonly property_counts: readonly Wanted[] }>(
  'vens_statistics_post',
  open(
    {
      property_counts: list(
        open(
          {
            property,
            values: list(text),
            filters: list(open({ filter_property: property, values: list(text) }, ['filter_property'])),
          },
          ['property'],
        ),
      ),
    },
    ['property_counts'],
  ),
);

/** What a VEN counts as under a property; several conditions count several times. */
export function valuesOf({ clock }: WorldState, ven: Managed, name: string): readonly string[] {
  const { record } = ven;
  switch (name) {
    case 'status':
      return [record.ven.status];
    case 'version':
      return [venNow(ven, clock.now()).version];
    case 'health':
      return [venHealth(ven)];
    case 'condition':
      return record.ven.conditions.map(({ type }) => type);
    case 'os_id':
      return record.osId === null ? [] : [record.osId];
    case 'enforcement_mode':
      return [record.enforcementMode];
    default:
      return [record.ven.type];
  }
}

function countsOf(
  world: WorldState,
  vens: readonly Managed[],
  { property: name, values, filters = [] }: Wanted,
): JsonObject {
  const passes = (ven: Managed): boolean =>
    filters.every(
      ({ filter_property: own, values: wanted }) =>
        wanted === undefined || valuesOf(world, ven, own).some((value) => wanted.includes(value)),
    );
  const counts = new Map<string, { filtered: number; unfiltered: number }>(
    (values ?? []).map((value) => [value, { filtered: 0, unfiltered: 0 }]),
  );
  let total = 0;
  for (const ven of vens) {
    const filtered = passes(ven);
    if (filtered) total++;
    for (const value of valuesOf(world, ven, name)) {
      if (values !== undefined && !values.includes(value)) continue;
      const count = counts.get(value) ?? { filtered: 0, unfiltered: 0 };
      count.unfiltered++;
      if (filtered) count.filtered++;
      counts.set(value, count);
    }
  }
  return {
    property: name,
    counts: [...counts].map(([value, { filtered, unfiltered }]) => ({
      value,
      filtered_count: filtered,
      unfiltered_count: unfiltered,
    })),
    total_filtered_count: total,
  };
}

/** The VENs a caller sees, without those that are history. */
export function vensSeenBy({ world, caller }: Pick<Request<WorldState>, 'world' | 'caller'>): readonly Managed[] {
  const covers = scopeTest(world, caller);
  return world.workloads
    .all()
    .filter(isManaged)
    .filter(({ record }) => covers(record.labels));
}

/** Counts of VENs by property, with and without filters; nothing is changed by asking. */
export const statisticsRoute: Route<WorldState> = {
  method: 'POST',
  path: '/orgs/:org/vens/statistics',
  access: 'read',
  schema: 'vens_statistics_post_response',
  handle(request: Request<WorldState>) {
    const vens = vensSeenBy(request);
    const { property_counts: wanted } = check(request.body);
    return { status: 200, json: wanted.map((own) => countsOf(request.world, vens, own)) };
  },
};
