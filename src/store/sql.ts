/** What a statement takes and gives: no booleans, no dates, so that both databases agree. */
export type SqlValue = string | number | null | Uint8Array;

export type SqlRow = Readonly<Record<string, unknown>>;

/** One database behind the stores. Statements are the part of SQL that SQLite and PostgreSQL share; parameters are written `?`. */
export interface Sql {
  readonly dialect: 'sqlite' | 'postgres';
  all(text: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]>;
  /** How many rows it changed. Returns when the change is on disk. */
  run(text: string, values?: readonly SqlValue[]): Promise<number>;
  close(): Promise<void>;
}

/** `?, ?, ?` */
export const marks = (count: number): string => Array.from({ length: count }, () => '?').join(', ');

/** PostgreSQL gives 64-bit numbers as text. */
export const numberOf = (value: unknown): number => Number(value);

export const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Bytes of a column of bytes. */
export function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError('not a column of bytes');
}
