import { Failure, type FailureCode } from '../core/errors.ts';
import type { FlowAnswer, FlowGrouping, FlowTotals } from '../model/flows/question.ts';
import type { FlowDownload } from './flows.ts';

/** From the main thread to a worker. `table` numbers a load and the table it becomes, `question` an ask. */
export type ToWorker =
  | ({ readonly type: 'load'; readonly table: number } & Pick<FlowDownload, 'encoding' | 'format'>)
  | { readonly type: 'block'; readonly table: number; readonly bytes: ArrayBuffer }
  | { readonly type: 'end'; readonly table: number }
  | { readonly type: 'drop'; readonly table: number }
  | { readonly type: 'ask'; readonly table: number; readonly question: number; readonly grouping: FlowGrouping };

/** From a worker to the main thread. */
export type FromWorker =
  /** A block was read; so many rows are in the table. */
  | { readonly type: 'taken'; readonly table: number; readonly rows: number }
  | {
      readonly type: 'loaded';
      readonly table: number;
      readonly totals: FlowTotals;
      readonly labelKeys: readonly string[];
    }
  | { readonly type: 'load-failed'; readonly table: number; readonly failure: PlainFailure }
  | { readonly type: 'answered'; readonly question: number; readonly answer: FlowAnswer }
  | { readonly type: 'ask-failed'; readonly question: number; readonly failure: PlainFailure };

/** A Failure as it crosses a thread. */
export interface PlainFailure {
  readonly code: FailureCode;
  readonly message: string;
  readonly remedy: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly cause: string | undefined;
}

export const plainFailure = ({ code, message, remedy, data, cause }: Failure): PlainFailure => ({
  code,
  message,
  remedy,
  data,
  cause: cause instanceof Error ? cause.stack : undefined,
});

export const failureOf = ({ code, message, remedy, data, cause }: PlainFailure): Failure =>
  new Failure(code, { message, remedy, data, detail: cause === undefined ? {} : { cause } });
