import type { Coverage } from '../../answer/answer.ts';

/** What several queries over the same window covered together, with the window and decisions of the first. */
export function mergedCoverage(coverages: readonly Coverage[], notes: readonly string[]): Coverage {
  const [first] = coverages;
  return {
    ...first,
    rows_read: coverages.reduce((sum, { rows_read }) => sum + rows_read, 0),
    row_cap: coverages.reduce((sum, { row_cap = 0 }) => sum + row_cap, 0),
    truncated: coverages.some(({ truncated }) => truncated),
    gaps: [...new Set([...coverages.flatMap(({ gaps }) => gaps), ...notes])],
  };
}
