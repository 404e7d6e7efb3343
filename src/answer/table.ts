import type { Column } from './answer.ts';
import { sanitiseText } from './sanitise.ts';

export type Cell = string | number | boolean | null | undefined;

/** A cell of a text table: inert, without the column separator, blank where there is nothing. */
export const tableCell = (cell: Cell): string =>
  typeof cell === 'string' ? sanitiseText(cell).replaceAll('|', '¦') : String(cell ?? '');

export const tableHeader = <Item>(columns: readonly Column<Item>[]): string =>
  columns.map((column) => tableCell(column.header)).join(' | ');

export const tableRow = <Item>(columns: readonly Column<Item>[], item: Item): string =>
  columns
    .map((column) => tableCell(column.value(item)))
    .join(' | ')
    .trimEnd();
