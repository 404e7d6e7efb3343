import { Failure } from '../../core/errors.ts';

export interface GivenRow {
  /** From 1, the header of a CSV not counted. */
  readonly number: number;
  /** Trimmed; empty cells are left out. */
  readonly cells: Readonly<Record<string, string>>;
}

/** In a cell: take the value away. An empty cell leaves it as it is. */
export const NONE = '(none)';

export const TEXT_COLUMNS = [
  'name',
  'new_name',
  'hostname',
  'description',
  'ip_addresses',
  'enforcement_mode',
  'external_data_set',
  'external_data_reference',
] as const;

// A spreadsheet's way to say that a cell is text; this server writes it too (CSV injection).
const TEXT_MARK = /^'(?=\s*[=+\-@])/;

/** The rows of a call, from either form. Throws `invalid_arguments`. */
export async function readRows({
  rows,
  csv,
}: {
  readonly rows?: readonly Readonly<Record<string, unknown>>[] | undefined;
  readonly csv?: string | undefined;
}): Promise<readonly GivenRow[]> {
  if ((rows === undefined) === (csv === undefined))
    throw new Failure('invalid_arguments', { message: 'Give either rows or csv.' });
  const records = rows ?? (await parseCsv(csv ?? ''));
  if (records.length === 0) throw new Failure('invalid_arguments', { message: 'There is no row.' });
  return records.map((record, index) => ({
    number: index + 1,
    cells: Object.fromEntries(
      Object.entries(record)
        .map(([column, cell]) => [column.trim(), String(cell).trim().replace(TEXT_MARK, '')] as const)
        .filter(([, cell]) => cell !== ''),
    ),
  }));
}

async function parseCsv(text: string): Promise<readonly Readonly<Record<string, string>>[]> {
  const { parse } = await import('csv-parse/sync');
  try {
    return parse<Record<string, string>>(text, { bom: true, columns: header, skip_empty_lines: true, trim: true });
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('invalid_arguments', {
      message: `The csv could not be read: ${error instanceof Error ? error.message.slice(0, 200) : 'it is malformed'}`,
      remedy: 'The first line names the columns; every line has as many cells.',
      cause: error,
    });
  }
}

/** A column given twice would have one of its values dropped. */
function header(names: readonly string[]): string[] {
  const columns = names.map((name) => name.trim());
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined || columns.includes(''))
    throw new Failure('invalid_arguments', {
      message: twice === undefined ? 'A column of the csv has no name.' : `The csv has two columns ${twice}.`,
    });
  return columns;
}

/** The label key that a column stands for: `env`, or `label_env` where a field has the same name. */
export function labelKeyOf(column: string, keys: ReadonlySet<string>): string | null {
  const isField = column === 'href' || column === 'labels' || TEXT_COLUMNS.some((field) => field === column);
  if (!isField && keys.has(column)) return column;
  const key = column.startsWith('label_') ? column.slice('label_'.length) : '';
  return keys.has(key) ? key : null;
}

/** Throws `invalid_arguments` for a column nobody knows: a misspelled one must not be left out silently. */
export function refuseUnknownColumns(rows: readonly GivenRow[], keys: ReadonlySet<string>): void {
  const known = ['href', 'labels', ...TEXT_COLUMNS];
  for (const { cells } of rows)
    for (const column of Object.keys(cells))
      if (!known.includes(column) && labelKeyOf(column, keys) === null)
        throw new Failure('invalid_arguments', {
          message: `There is no column ${JSON.stringify(column.slice(0, 60))}.`,
          remedy: `The columns are ${known.join(', ')} and the label keys ${[...keys].join(', ')}.`,
        });
}
