/** What a result may cost. A token is counted as 4 characters; text and structured content count together (design §2). */
export const CHARS_PER_TOKEN = 4;
export const DEFAULT_ANSWER_TOKENS = 10_000;
export const MAX_ANSWER_TOKENS = 20_000;
/** The text lane of one page stays below this, whatever the cap: it is what a model reads first. */
export const TEXT_PAGE_TOKENS = 2_000;

export const tokensOf = (characters: number): number => Math.ceil(characters / CHARS_PER_TOKEN);
export const charactersOf = (tokens: number): number => tokens * CHARS_PER_TOKEN;

/** Characters of `value` as compact JSON. */
export const jsonLength = (value: unknown): number => (JSON.stringify(value) ?? '').length;

export interface RowCost {
  readonly text: number;
  readonly structured: number;
}

/**
 * How many of the rows from the first on fit what is left of both limits, in characters. At least one while there is one, so that
 * a reader who follows the cursor always gets on.
 */
export function rowsThatFit(costs: Iterable<RowCost>, left: { readonly text: number; readonly total: number }): number {
  let count = 0;
  let text = 0;
  let total = 0;
  for (const cost of costs) {
    text += cost.text;
    total += cost.text + cost.structured;
    if (count > 0 && (text > left.text || total > left.total)) break;
    count += 1;
  }
  return count;
}
