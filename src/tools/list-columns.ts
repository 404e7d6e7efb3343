import type { Column } from '../answer/answer.ts';

/**
 * Columns for a list of texts that must all be readable: `perCell` of them to a cell, `cells` cells. One cell holds at most 400
 * characters (the sanitiser's cap on any value), which a ruleset's rules or an IP list's ranges exceed.
 */
export const listColumns = <Item>(
  header: string,
  { cells, perCell, values }: { cells: number; perCell: number; values: (item: Item) => readonly string[] },
): readonly Column<Item>[] =>
  Array.from({ length: cells }, (_, index) => ({
    header: index === 0 ? header : '…',
    value: (item: Item) =>
      values(item)
        .slice(index * perCell, (index + 1) * perCell)
        .join(', '),
  }));
