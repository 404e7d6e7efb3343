import { Failure, type FailureCode } from '../core/errors.ts';
import type { FlowAnswer, FlowGrouping, FlowTotals } from '../model/flows/question.ts';
import type { JudgeAnswer, JudgeJob } from '../model/impact/question.ts';
import type { Decision, FlowQuestion } from '../model/policy/decision.ts';
import type { PolicySource } from '../model/policy/source.ts';
import type { Block } from './blocks.ts';
import type { FlowDownload } from './flows.ts';

/**
 * From the main thread to a worker. `table` numbers a load and the table it becomes, `question` an ask. A load is one `load`, `block`…,
 * `end` for each download, then `seal`.
 */
export type ToWorker =
  | ({ readonly type: 'load'; readonly table: number } & Pick<FlowDownload, 'encoding' | 'format'>)
  | { readonly type: 'block'; readonly table: number; readonly bytes: Block }
  | { readonly type: 'end'; readonly table: number }
  /** Takes the rows of the last download out again, whether it came to its end or failed. */
  | { readonly type: 'take-back'; readonly table: number }
  | { readonly type: 'seal'; readonly table: number }
  | { readonly type: 'drop'; readonly table: number }
  | ({ readonly type: 'ask'; readonly question: number } & WorkerQuestion);

/** What a worker can be asked, of a table or of a policy alone. */
export type WorkerQuestion =
  | { readonly kind: 'group'; readonly table: number; readonly grouping: FlowGrouping }
  | { readonly kind: 'judge'; readonly table: number; readonly job: JudgeJob }
  | { readonly kind: 'decide'; readonly policy: PolicySource; readonly flows: readonly FlowQuestion[] };

/** Its answers, by the kind of the question. */
export interface WorkerAnswers {
  readonly group: FlowAnswer;
  readonly judge: JudgeAnswer;
  readonly decide: readonly Decision[];
}

/** From a worker to the main thread. */
export type FromWorker =
  /** A block was read; so many rows are in the table. */
  | { readonly type: 'taken'; readonly table: number; readonly rows: number }
  /** A download was read to its end; it had so many rows. */
  | { readonly type: 'read'; readonly table: number; readonly rows: number }
  | {
      readonly type: 'loaded';
      readonly table: number;
      readonly totals: FlowTotals;
      readonly labelKeys: readonly string[];
    }
  | { readonly type: 'load-failed'; readonly table: number; readonly failure: PlainFailure }
  | { readonly type: 'answered'; readonly question: number; readonly answer: WorkerAnswers[keyof WorkerAnswers] }
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
