import { CHOICES } from '../choices.ts';
import { integerParam, textParam } from '../http/query.ts';
import type { Request, Route } from '../http/route.ts';
import { inputValidation } from '../http/validate.ts';
import { venFilter } from '../objects/ven-filter.ts';
import type { Managed } from '../objects/ven-wire.ts';
import type { WorldState } from '../world-state.ts';
import { valuesOf, VEN_PROPERTIES, vensSeenBy } from './statistics.ts';

type Call = Request<WorldState>;

/** Texts that are the VEN's own: too many different ones to count, but what somebody types the beginning of. */
const TEXTS: Readonly<Record<string, (ven: Managed) => string | null>> = {
  hostname: ({ record }) => record.hostname,
  name: ({ extra }) => extra.venName ?? null,
  description: ({ extra }) => extra.venDescription ?? null,
};

/** How many VENs have each value, among those that pass the filters of `GET vens`; deleted ones never do. */
function tally({ world, query }: Call, vens: readonly Managed[], name: string): ReadonlyMap<string, number> {
  const matches = venFilter(world, query);
  const own = TEXTS[name];
  const counts = new Map<string, number>();
  for (const ven of vens.filter(matches))
    for (const value of own ? [own(ven)] : valuesOf(world, ven, name))
      if (value !== null && value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

const unknownValue = (parameter: string, value: string) =>
  inputValidation(
    'query_parameters',
    `The property '#/${parameter}' value ${JSON.stringify(value.slice(0, 100))} did not match one of the known values`,
  );

function facets(request: Call) {
  const wanted = textParam(request.query, 'facet');
  if (wanted !== undefined && !VEN_PROPERTIES.includes(wanted)) throw unknownValue('facet', wanted);
  const vens = vensSeenBy(request);
  const json = (wanted === undefined ? VEN_PROPERTIES : [wanted]).map((facet) => ({
    facet,
    values: [...tally(request, vens, facet)]
      .toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
      .map(([value, count]) => ({ value, count })),
  }));
  return { status: 200, json };
}

function autocomplete(request: Call) {
  const key = textParam(request.query, 'key') ?? 'hostname';
  if (!Object.hasOwn(TEXTS, key) && !VEN_PROPERTIES.includes(key)) throw unknownValue('key', key);
  const start = (textParam(request.query, 'query') ?? '').toLowerCase();
  const most = Math.max(0, integerParam(request.query, 'max_results') ?? CHOICES.autocompleteMatches);
  const matches = [...tally(request, vensSeenBy(request), key).keys()]
    .filter((value) => value.toLowerCase().startsWith(start))
    .toSorted();
  return { status: 200, json: { num_matches: matches.length, matches: matches.slice(0, most) } };
}

/** What fills the search field of the PCE's list of VENs (traffic.md §9.1): their form is not public, the one here is a choice. */
export const searchHelperRoutes: readonly Route<WorldState>[] = [
  { method: 'GET', path: '/orgs/:org/vens/facets', access: 'read', handle: facets },
  { method: 'GET', path: '/orgs/:org/vens/autocomplete', access: 'read', handle: autocomplete },
];
