import type { Column } from './answer.ts';
import { sanitiseText } from './sanitise.ts';

export type Cell = string | number | boolean | readonly string[] | null | undefined;

/** A cell of a text table: inert, without the column separator, blank where there is nothing. A list may be as long as it is. */
export const tableCell = (cell: Cell): string => {
  if (typeof cell === 'string') return sanitiseText(cell).replaceAll('|', '¦');
  return isList(cell) ? cell.map(tableCell).join(' ; ') : String(cell ?? '');
};

export const isList = (cell: Cell): cell is readonly string[] => Array.isArray(cell);

/** Columns in which at least one of these rows has something. */
export const filledColumns = <Item>(
  columns: readonly Column<Item>[],
  items: readonly Item[],
): readonly Column<Item>[] => columns.filter((column) => items.some((item) => tableCell(column.value(item)) !== ''));

export const tableHeader = <Item>(columns: readonly Column<Item>[]): string =>
  columns.map((column) => tableCell(column.header)).join(' | ');

export const tableRow = <Item>(columns: readonly Column<Item>[], item: Item): string =>
  columns
    .map((column) => tableCell(column.value(item)))
    .join(' | ')
    .trimEnd();
