import { allPages } from '../../../test/catalogue/call.ts';
import type { Simulated } from '../../../test/catalogue/simulated.ts';

export type Row = Readonly<Record<string, unknown>>;

export type Call = readonly [tool: string, args: Readonly<Record<string, unknown>>];

/** All rows of an answer, and what stands beside them. */
export interface Asked {
  readonly sentence: string;
  readonly rows: readonly Row[];
  readonly totals: Row;
  readonly beside: Row;
}

/** Throws when the call fails or has no rows: a picture without data is no picture. */
export async function ask({ dispatcher }: Pick<Simulated, 'dispatcher'>, [tool, args]: Call): Promise<Asked> {
  const pages = await allPages(dispatcher, tool, args);
  const [first] = pages;
  const rows = pages.flatMap(({ structured }) => structured.items);
  if (first === undefined || rows.length === 0) throw new Error(`${tool} ${JSON.stringify(args)} has no rows`);
  const { structured } = first;
  return { sentence: structured.answer, rows, totals: structured.totals, beside: structured };
}

/** A field that must be there and be a number. */
export function numberOf(row: Row, field: string): number {
  const value = row[field];
  if (typeof value !== 'number') throw new Error(`${field} is no number in ${JSON.stringify(row).slice(0, 200)}`);
  return value;
}

/** A field as text; lists joined, absent ones empty. */
export const textOf = (row: Row, field: string): string => {
  const value = row[field];
  if (Array.isArray(value)) return value.map(String).join(', ');
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
};

/** The sum of a number by what rows have in common, largest first. */
export function sums(
  rows: readonly Row[],
  by: (row: Row) => string,
  value: (row: Row) => number,
): readonly (readonly [string, number])[] {
  const totals = new Map<string, number>();
  for (const row of rows) totals.set(by(row), (totals.get(by(row)) ?? 0) + value(row));
  return [...totals].toSorted(([, a], [, b]) => b - a);
}
