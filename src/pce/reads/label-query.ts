import type { Href } from '../../core/href.ts';

/** Label lists in a query string must stay well below 10,000 characters (traffic.md §13.2). */
const MAX_QUERY_LENGTH = 6_000;

/**
 * Alternatives (OR) of labels (AND) as values of the PCE's `labels` parameter: one for each request to make, their results to be merged.
 * `[undefined]`: one request without a filter. `[]`: nothing can match, so nothing needs to be asked.
 */
export function labelQueries(alternatives: readonly (readonly Href[])[] | undefined): readonly (string | undefined)[] {
  if (alternatives === undefined || alternatives.some((block) => block.length === 0)) return [undefined];
  const queries: string[] = [];
  let current: string[] = [];
  let length = 0;
  for (const block of alternatives) {
    const text = JSON.stringify(block);
    const encoded = encodeURIComponent(text).length + 3;
    if (current.length > 0 && length + encoded > MAX_QUERY_LENGTH) {
      queries.push(`[${current.join(',')}]`);
      current = [];
      length = 0;
    }
    current.push(text);
    length += encoded;
  }
  if (current.length > 0) queries.push(`[${current.join(',')}]`);
  return queries;
}
