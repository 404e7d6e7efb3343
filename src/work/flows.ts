import type { FlowAnswer, FlowGrouping, FlowTotals } from '../model/flows/question.ts';

/** Where the bytes of a flow table come from; opened in the main thread, parsed in the worker. */
export interface FlowBytes {
  open(
    signal?: AbortSignal,
  ): Promise<{ readonly encoding: 'identity' | 'gzip'; readonly chunks: AsyncIterable<Uint8Array> }>;
}

/** A flow table that lives in a worker. */
export interface RemoteFlowTable {
  readonly totals: FlowTotals;
  /** Label keys seen on either side: the label dimensions that can be grouped by. */
  readonly labelKeys: readonly string[];
  ask(grouping: FlowGrouping, signal?: AbortSignal): Promise<FlowAnswer>;
  /** Frees the memory in the worker. */
  close(): void;
}

/** Builds flow tables off the main thread. A download that ends in the middle of a record throws `pce_bad_answer`. */
export interface FlowTables {
  load(
    source: FlowBytes,
    options?: { readonly signal?: AbortSignal | undefined; readonly onRows?: ((rows: number) => void) | undefined },
  ): Promise<RemoteFlowTable>;
  close(): Promise<void>;
}
