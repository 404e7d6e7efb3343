import type { Href } from '../core/href.ts';
import type { GraphEdge } from './mermaid.ts';

/** What a tool's handler returns: a value. The text view and the wire result are functions of it, made in one place. */
export interface Answer<Item = Readonly<Record<string, unknown>>> {
  /** One or two sentences that stand alone: what was found, with its numbers. */
  readonly answer: string;
  /** All rows, in a stable order; the builder shows as many as fit and makes the cursor. Scalar fields keep the reference server's names. */
  readonly items: readonly Item[];
  readonly totals: Readonly<Record<string, unknown>>;
  readonly coverage: Coverage;
  /** What to ask next, as calls or sentences. */
  readonly next?: readonly string[] | undefined;
  /** Hrefs the answer rests on. */
  readonly evidence?: readonly string[] | undefined;
  /** Further fields beside the envelope's (fields of the reference server's Returns column). */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
  /** The PCE's own queries that are still running: the answer gets a cursor that goes on with them. */
  readonly continues?: readonly PendingQuery[] | undefined;
  /** What one page may cost in both lanes, where that is less than the configured budget; the rest is a cursor away. */
  readonly maxTokens?: number | undefined;
  /** How the text shows the rows; a table unless told. */
  readonly view?: View | undefined;
}

/** A query that is running on the PCE, and the question it is for: another question must not be answered with it. */
export interface PendingQuery {
  /** A digest of the question. */
  readonly question: string;
  readonly query: Href;
}

export type View =
  | { readonly as: 'table' }
  | { readonly as: 'csv' }
  | { readonly as: 'mermaid'; readonly edges: readonly GraphEdge[] };

/** How much of the truth was looked at. Made where the wire is read; on its way out it can only get weaker. */
export interface Coverage {
  readonly window?: { readonly start: string; readonly end: string } | undefined;
  /** Rows or objects read from the PCE. */
  readonly rows_read: number;
  readonly row_cap?: number | undefined;
  /** True when anything was cut, wherever. */
  readonly truncated: boolean;
  readonly decisions?: readonly string[] | undefined;
  /** What was not looked at, in words. */
  readonly gaps: readonly string[];
}

/** How rows become a text table. */
export interface Column<Item> {
  readonly header: string;
  /** A list is shown whole; a single text is cut at the sanitiser's length. */
  value(item: Item): string | number | boolean | readonly string[] | null | undefined;
}
