import type { Column } from './answer.ts';
import { sanitiseText } from './sanitise.ts';
import { type Cell, isList } from './table.ts';

// A spreadsheet runs a cell that begins like this (CSV injection); the apostrophe makes it text.
const FORMULA = /^[=+\-@]/;
const NEEDS_QUOTES = /[",\n\r]/;

/** A field of RFC 4180, safe to open in a spreadsheet. Numbers are never changed. */
export function csvField(cell: Cell): string {
  if (typeof cell !== 'string' && !isList(cell)) return String(cell ?? '');
  const clean = isList(cell) ? cell.map((item) => sanitiseText(item)).join('; ') : sanitiseText(cell);
  const text = FORMULA.test(clean.trimStart()) ? `'${clean}` : clean;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const csvHeader = <Item>(columns: readonly Column<Item>[]): string =>
  columns.map((column) => csvField(column.header)).join(',');

export const csvRow = <Item>(columns: readonly Column<Item>[], item: Item): string =>
  columns.map((column) => csvField(column.value(item))).join(',');
