import type { Coverage } from '../answer/answer.ts';
import type { Listing } from '../pce/view.ts';

/** Coverage of a listing as the client read it; a cap that bit is named. */
export function listingCoverage(listing: Listing<unknown>, gaps: readonly string[] = []): Coverage {
  const { items, matched, complete, cap } = listing;
  const rest = matched === null ? 'what else matches' : `${matched - items.length} of ${matched} that match`;
  return {
    rows_read: items.length,
    row_cap: cap ?? undefined,
    truncated: !complete,
    gaps: complete ? gaps : [...gaps, `${rest}: raise max_results to read them`],
  };
}

/**
 * `items` cut to `maxResults` after filtering here, with the coverage that says so. For filters the PCE does not have: the cap must
 * count what is left after them.
 */
export function capped<Item>(
  listing: Listing<unknown>,
  items: readonly Item[],
  maxResults: number | undefined,
): { readonly shown: readonly Item[]; readonly coverage: Coverage } {
  const coverage = listingCoverage(listing);
  if (maxResults === undefined) return { shown: items, coverage };
  const cut = items.length > maxResults;
  return {
    shown: items.slice(0, maxResults),
    coverage: {
      ...coverage,
      row_cap: maxResults,
      truncated: coverage.truncated || cut,
      gaps: cut
        ? [
            ...coverage.gaps,
            `${items.length - maxResults} of ${items.length} that match: raise max_results to list them`,
          ]
        : coverage.gaps,
    },
  };
}

/** Code point order, the same on every machine. */
export const compareText = (a: string, b: string): number => Number(a > b) - Number(a < b);

/** Stable order for people: by name, then by href. */
export const byNameThenHref =
  <Item extends { readonly href: string }>(name: (item: Item) => string) =>
  (a: Item, b: Item): number =>
    compareText(name(a), name(b)) || compareText(a.href, b.href);

/** `1 workload`, `640 workloads`. */
export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** Counts per value, most frequent first, ties by name. */
export function tally(values: Iterable<string>): readonly (readonly [value: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || compareText(a, b));
}

/** `role 60, app 37`. */
export const tallyText = (counts: readonly (readonly [value: string, count: number])[]): string =>
  counts.map(([value, count]) => `${value} ${count}`).join(', ');
