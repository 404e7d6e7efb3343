import type { Answer, Column } from './answer.ts';
import {
  charactersOf,
  DEFAULT_ANSWER_TOKENS,
  jsonLength,
  type RowCost,
  rowsThatFit,
  TEXT_PAGE_TOKENS,
} from './budget.ts';
import { rowKey } from './cursor.ts';
import { type Envelope, envelopeOf, structuredOf, weakened } from './envelope.ts';
import type { ToolResult } from './result.ts';
import { type RowView, rowView } from './row-view.ts';
import { sanitise } from './sanitise.ts';
import { shrink } from './shrink.ts';
import { closingLines, csvLine, cursorLine, randomFence, rowsLine, waitLine } from './text.ts';

/** Where a page begins: after `offset` rows, the last of which had `lastKey`. */
export interface PageStart {
  readonly offset: number;
  readonly lastKey: string | null;
}

export interface BuildOptions {
  /** Cap of text and structured content together, in tokens of 4 characters. */
  readonly budgetTokens?: number | undefined;
  /** Cap of the text of one page. */
  readonly textTokens?: number | undefined;
  /** False drops the structured lane (`MCP_STRUCTURED=off`). */
  readonly structured?: boolean | undefined;
  readonly page?: PageStart | undefined;
  /** Makes the cursor of the next page. Without it the first rows are all there is, and the answer says how many are left out. */
  readonly seal?: ((next: PageStart) => string) | undefined;
  /** The boundary around rows; random unless told. */
  readonly fence?: string | undefined;
}

const LAST_KEY_LENGTH = 22;
/** What the numbers of the first and last row may add to an empty page. */
const ROW_NUMBERS_LENGTH = 16;
const leftOut = (rows: number): string => `${rows} further rows are left out of this answer`;
const SHORTENED_ROWS = 'lists inside some rows are shortened to fit';
const MOVED_ROWS = 'rows came or went since the previous page: some may be missing or repeated';

/** The first row of the page; found again by its predecessor when rows came or went since. */
function firstRow(items: readonly unknown[], page: PageStart | undefined): { index: number; moved: boolean } {
  if (page === undefined || page.offset === 0) return { index: 0, moved: false };
  const isLast = (item: unknown): boolean => rowKey(item) === page.lastKey;
  if (page.offset <= items.length && isLast(items[page.offset - 1])) return { index: page.offset, moved: false };
  const found = items.findIndex(isLast);
  return { index: found === -1 ? Math.min(page.offset, items.length) : found + 1, moved: true };
}

interface Row {
  readonly text: readonly string[];
  readonly item: unknown;
  readonly cut: boolean;
  readonly cost: RowCost;
}

interface Room {
  readonly text: number;
  readonly total: number;
  /** Of one row in the structured lane. */
  readonly item: number;
}

/** The rows from `start` on that fit, sanitised. */
function takeRows<Item>(
  items: readonly Item[],
  view: RowView<Item>,
  { structured, ...room }: Room & { readonly structured: boolean },
): readonly Row[] {
  const rows: Row[] = [];
  function* costs(): Generator<RowCost> {
    for (const item of items) {
      const { value, cut } = shrink(sanitise(item), room.item);
      const text = view.row(item);
      const cost = { text: text.join('\n').length + 1, structured: structured ? jsonLength(value) + 1 : 0 };
      rows.push({ text, item: value, cut: cut.length > 0, cost });
      yield cost;
    }
  }
  return rows.slice(0, rowsThatFit(costs(), room));
}

/**
 * The wire result of an answer: as many rows as fit the page and the budget, everything sanitised, a cursor when rows are left.
 * Text and structured content carry the same rows; totals are never cut.
 */
export function buildResult<Item extends object>(
  answer: Answer<Item>,
  { columns }: { readonly columns: readonly Column<Item>[] },
  options: BuildOptions,
): ToolResult {
  const {
    budgetTokens = DEFAULT_ANSWER_TOKENS,
    textTokens = TEXT_PAGE_TOKENS,
    structured = true,
    page,
    seal,
  } = options;
  const { items } = answer;
  const continued = answer.continues !== undefined;
  const budget = charactersOf(Math.min(budgetTokens, answer.maxTokens ?? budgetTokens));
  const { index: start, moved } = firstRow(items, page);
  const envelope = envelopeOf(answer, { maxExtra: budget / 4, gaps: moved ? [MOVED_ROWS] : [] });
  const view = rowView(answer.view, columns, items, charactersOf(textTokens) / 2);
  const fence = options.fence ?? randomFence();

  const onwards = (cursor: string, rest: number): readonly string[] => {
    if (continued) return [waitLine(cursor)];
    return answer.view?.as === 'csv' ? [`more: ${rest} further rows`, csvLine(cursor)] : [cursorLine(rest, cursor)];
  };
  const textOf = (told: Envelope, rows: readonly Row[], cursor: string | undefined): string =>
    [
      told.answer,
      ...(items.length === 0
        ? []
        : [
            rowsLine({ start, count: rows.length, total: items.length, fence }),
            `=== ${fence}`,
            ...view.header,
            ...rows.flatMap((row) => row.text),
            `=== ${fence}`,
          ]),
      ...closingLines(told, cursor === undefined ? [] : onwards(cursor, items.length - start - rows.length)),
    ].join('\n');

  /** What is left for rows beside everything else, a cursor of this length included. */
  const roomBeside = (longestCursor: string | undefined): Room => {
    const longest = weakened(envelope, seal === undefined ? leftOut(items.length) : SHORTENED_ROWS);
    const fixedText = textOf(longest, [], longestCursor).length + ROW_NUMBERS_LENGTH;
    const fixedStructured = structured ? jsonLength(structuredOf(longest, [], longestCursor)) : 0;
    return {
      text: charactersOf(textTokens) - fixedText,
      total: budget - fixedText - fixedStructured,
      item: budget / 4,
    };
  };
  const without = takeRows(items.slice(start), view, { ...roomBeside(undefined), structured });
  // Most answers are whole: no cursor is sealed only to find out that none is needed.
  const isWhole = !continued && start + without.length === items.length;
  const longestCursor = isWhole ? undefined : seal?.({ offset: items.length, lastKey: 'x'.repeat(LAST_KEY_LENGTH) });
  const costs = without.map(({ cost }) => cost);
  const rows = isWhole ? without : without.slice(0, rowsThatFit(costs, roomBeside(longestCursor)));
  const end = start + rows.length;
  const cursor = continued
    ? seal?.(page ?? { offset: 0, lastKey: null })
    : end < items.length
      ? seal?.({ offset: end, lastKey: rowKey(items[end - 1]) })
      : undefined;
  const whole = rows.some((row) => row.cut) ? weakened(envelope, SHORTENED_ROWS) : envelope;
  const told = end < items.length && seal === undefined ? weakened(whole, leftOut(items.length - end)) : whole;
  const content = [{ type: 'text', text: textOf(told, rows, cursor) }] as const;
  if (!structured) return { content };
  const shown = rows.map((row) => row.item);
  return { content, structuredContent: structuredOf(told, shown, cursor) };
}
