import type { FlowAnswer, FlowGrouping, FlowTotals } from '../model/flows/question.ts';
import type { JudgeAnswer, JudgeJob } from '../model/impact/question.ts';
import type { Decision, FlowQuestion } from '../model/policy/decision.ts';
import type { PolicySource } from '../model/policy/source.ts';

/** Bytes of a traffic download on their way. */
export interface FlowDownload {
  /** `gzip`: still compressed. A gzip body is recognised by its first bytes as well (traffic.md §2.8). */
  readonly encoding: 'identity' | 'gzip';
  readonly format?: 'json' | 'csv' | undefined;
  /** Given away: a chunk that is alone in its memory moves to the worker. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Where the bytes of a flow table come from; opened in the main thread, parsed in the worker. */
export interface FlowBytes {
  open(signal?: AbortSignal): Promise<FlowDownload>;
}

/** A flow table that lives in a worker. */
export interface RemoteFlowTable {
  readonly totals: FlowTotals;
  /** Label keys seen on either side: the label dimensions that can be grouped by. */
  readonly labelKeys: readonly string[];
  /** Throws `unknown_group_by`, `cancelled`, or `internal` when the worker or the table is gone. */
  ask(grouping: FlowGrouping, signal?: AbortSignal): Promise<FlowAnswer>;
  /** Judges every flow of the table under two policies; both are compiled in the worker. */
  judge(job: JudgeJob, signal?: AbortSignal): Promise<JudgeAnswer>;
  /** Frees the memory in the worker. */
  close(): void;
}

export interface LoadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Rows in the table so far, as the worker tells them. */
  readonly onRows?: ((rows: number) => void) | undefined;
}

/** One table in the making, from several downloads. */
export interface FlowCollection {
  /**
   * Reads a download to its end and says how many rows it had; one at a time, later ones wait. When it fails or `keep` says no to its
   * number of rows, nothing of it stays in the table.
   */
  add(source: FlowBytes, options?: LoadOptions & { readonly keep?: (rows: number) => boolean }): Promise<number>;
  finish(signal?: AbortSignal): Promise<RemoteFlowTable>;
  /** Gives up and frees what there is; of no effect on a finished table. */
  close(): void;
}

/** Builds flow tables off the main thread. A download that ends in the middle of a record throws `pce_bad_answer`. */
export interface FlowTables {
  load(source: FlowBytes, options?: LoadOptions): Promise<RemoteFlowTable>;
  collect(): FlowCollection;
  /** Judges flows that stand in no table; the policy is compiled in a worker. */
  decide(policy: PolicySource, flows: readonly FlowQuestion[], signal?: AbortSignal): Promise<readonly Decision[]>;
  /** Ends the workers; what still runs fails with `cancelled`. */
  close(): Promise<void>;
}
