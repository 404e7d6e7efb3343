import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';

/** What is wrong with a file to import, with its name and line. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}

/** One line of a CSV by column. */
export interface Row {
  readonly file: string;
  readonly line: number;
  /** The first of these columns that the file has, trimmed; empty when it has none of them. */
  text(...columns: readonly string[]): string;
  /** The same with the spaces around it: they tell values of labels apart. */
  exact(...columns: readonly string[]): string;
  /** An error of this line. */
  wrong(what: string): ImportError;
}

export interface Csv {
  readonly file: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** Larger files do not fit into one text of this runtime. */
const LARGEST = 500 * 1024 * 1024;

/** The CSV files of paths and of the folders among them. Throws ImportError. */
export function readCsvs(paths: readonly string[]): readonly Csv[] {
  return paths.flatMap((path) => filesOf(path)).map(readCsv);
}

function filesOf(path: string): readonly string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new ImportError(`${path} does not exist`);
  if (!stats.isDirectory()) return [path];
  const files = readdirSync(path)
    .filter((name) => name.toLowerCase().endsWith('.csv'))
    .sort()
    .map((name) => join(path, name));
  if (files.length === 0) throw new ImportError(`${path} has no CSV files`);
  return files;
}

function readCsv(path: string): Csv {
  const file = basename(path);
  if (statSync(path).size > LARGEST) throw new ImportError(`${file} is larger than 500 MB`);
  const [head, ...lines] = records(path, file);
  if (!head) throw new ImportError(`${file} is empty`);
  const places = new Map<string, number>();
  for (const [place, name] of head.fields.entries()) {
    if (places.has(name.trim()))
      throw new ImportError(`${file}: the column ${JSON.stringify(name)} stands there twice`);
    places.set(name.trim(), place);
  }
  const rows = lines.map(({ fields, line }): Row => {
    const wrong = (what: string) => new ImportError(`${file}, line ${line}: ${what}`);
    if (fields.length !== head.fields.length)
      throw wrong(`it has ${fields.length} fields, and the header has ${head.fields.length}`);
    const exact = (...columns: readonly string[]): string => {
      const place = columns.map((name) => places.get(name)).find((found) => found !== undefined);
      return place === undefined ? '' : (fields[place] ?? '');
    };
    return { file, line, wrong, exact, text: (...columns) => exact(...columns).trim() };
  });
  return { file, columns: [...places.keys()], rows };
}

function records(path: string, file: string): readonly { readonly fields: readonly string[]; readonly line: number }[] {
  try {
    const bytes = readFileSync(path);
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
    if (text.includes('\0')) throw new ImportError(`${file} is not a text`);
    const found: { fields: readonly string[]; line: number }[] = [];
    // The line of a record is its last one; good enough to find it, and exact where no field has line breaks.
    parse(text, {
      relax_column_count: true,
      skip_empty_lines: true,
      on_record(fields: string[], { lines }) {
        found.push({ fields, line: lines });
        return null;
      },
    });
    return found;
  } catch (error) {
    if (error instanceof CsvError) throw new ImportError(`${file}: ${error.message}`);
    if (error instanceof TypeError) throw new ImportError(`${file} is not UTF-8`);
    throw error;
  }
}

/** `true` and `false` in any case; `otherwise` when empty. */
export function flagOf(row: Row, otherwise: boolean, ...columns: readonly string[]): boolean {
  const text = row.text(...columns).toLowerCase();
  if (text === '') return otherwise;
  if (text === 'true' || text === 'false') return text === 'true';
  throw row.wrong(`${columns.at(0)} must be true or false, not ${shown(text)}`);
}

/** A time, in ms; null when empty or said not to exist. */
export function timeOf(row: Row, ...columns: readonly string[]): number | null {
  const text = row.text(...columns);
  if (text === '' || text === 'unmanaged' || text === 'NA') return null;
  const ms = Date.parse(text.replace(/^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(?: UTC)?$/, '$1T$2Z'));
  if (Number.isNaN(ms) || ms < 0) throw row.wrong(`${columns.at(0)} is not a time: ${shown(text)}`);
  return ms;
}

/** The parts of a list, which stand between semicolons. */
export const listOf = (row: Row, ...columns: readonly string[]): readonly string[] =>
  exactListOf(row, ...columns).map((part) => part.trim());

/** The same with the spaces around each part. */
export const exactListOf = (row: Row, ...columns: readonly string[]): readonly string[] =>
  row
    .exact(...columns)
    .split(';')
    .filter((part) => part.trim() !== '');

/** A value of a file as an error shows it: short, and on one line. */
export const shown = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
