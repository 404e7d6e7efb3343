import { sanitise, sanitiseText } from './sanitise.ts';

// A spreadsheet runs a cell that begins like this (CSV injection), in its full-width forms too; the apostrophe makes it text.
const FORMULA = /^[=+\-@＝＋－＠]./u;
// Semicolon and tab separate fields in the spreadsheets of half the world.
const NEEDS_QUOTES = /[",;\t\n\r]/;

const scalarText = (value: unknown): string | undefined => {
  if (typeof value === 'string') return sanitiseText(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value === null || value === undefined ? '' : undefined;
};

/** A field of RFC 4180, safe to open in a spreadsheet. Numbers are never changed; lists are joined by `; `, anything deeper is JSON. */
export function csvField(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const texts = Array.isArray(value) ? value.map(scalarText) : [scalarText(value)];
  const clean = texts.every((text) => text !== undefined) ? texts.join('; ') : JSON.stringify(sanitise(value));
  const text = FORMULA.test(clean.trimStart()) ? `'${clean}` : clean;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The names of everything the rows say, in the order it first appears: CSV has the fields of the structured lane. */
export function csvFields(items: readonly object[]): readonly string[] {
  const names = new Set<string>();
  for (const item of items) for (const [name, value] of Object.entries(item)) if (value !== undefined) names.add(name);
  return [...names];
}

export const csvHeader = (fields: readonly string[]): string => fields.map(csvField).join(',');

export function csvRow(fields: readonly string[], item: object): string {
  const values = new Map<string, unknown>(Object.entries(item));
  return fields.map((field) => csvField(values.get(field))).join(',');
}

/** One part of a file of all rows; the parts one after the other are the file. */
export interface CsvPart {
  readonly text: string;
  /** The row the next part begins with; null after the last one. */
  readonly next: number | null;
}

/** The rows from `from` on, as many as fit `maxLength` characters and at least one; the first part begins with the header. */
export function csvPart(items: readonly object[], from: number, maxLength: number): CsvPart {
  const fields = csvFields(items);
  const lines = from === 0 ? [csvHeader(fields)] : [];
  let length = lines.join().length;
  let next = from;
  for (; next < items.length; next++) {
    const line = csvRow(fields, items[next] ?? {});
    length += line.length + 2;
    if (next > from && length > maxLength) break;
    lines.push(line);
  }
  return { text: lines.map((line) => `${line}\r\n`).join(''), next: next < items.length ? next : null };
}
