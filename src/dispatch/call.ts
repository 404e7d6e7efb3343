import type { Answer, PendingQuery } from '../answer/answer.ts';
import type { ToolResult } from '../answer/result.ts';
import type { Effect, Principal } from '../core/authority.ts';
import type { FailureCode } from '../core/errors.ts';
import type { PceView } from '../pce/view.ts';
import type { Tasks } from './tasks.ts';

/** Clients give a call 60 s. */
export const PATIENCE_MS = 45_000;

export type Arguments = Readonly<Record<string, unknown>>;

/** Who sent a request, and what the transport calls it; without a name one is made up. */
export interface Caller {
  readonly principal: Principal;
  readonly requestId?: string | undefined;
}

/** One call of a tool, whatever the transport. */
export interface ToolCall extends Caller {
  readonly name: string;
  /** As the client sent them. */
  readonly args: unknown;
  /** The protocol's own `_meta` of the request, where clients may put a confirmation. */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  readonly signal: AbortSignal;
  /** Where progress goes; absent when the client asked for none. */
  readonly progress?: ((progress: Progress) => void) | undefined;
  /** All rows as a CSV file, from this one on, in place of a page of them. */
  readonly csvFrom?: number | undefined;
  /** When it fires the call ends with what it knows; about 45 s unless told. */
  readonly patience?: AbortSignal | undefined;
  /** Told each query on the PCE that the call waits for. */
  readonly onQuery?: ((pending: PendingQuery) => void) | undefined;
  /** True once another server may go on with the call. */
  readonly isShared?: (() => boolean) | undefined;
  /** A call of before that this one is to go on with: the moment it stood for, and the PCE's queries it waited for. */
  readonly goesOn?: { readonly asOfMs: number; readonly queries: readonly PendingQuery[] } | undefined;
}

export interface Progress {
  readonly message: string;
  /** Always more than before. */
  readonly progress: number;
  readonly total?: number | undefined;
}

/** A call that is authorised and valid, about to run: what the confirmation stage judges. */
export interface CheckedCall {
  readonly tool: string;
  readonly effect: Effect;
  readonly principal: Principal;
  readonly args: Arguments;
  readonly rawArgs: unknown;
  readonly requestId: string;
  /** Tells this call from others of the same request. */
  readonly callId: string;
  readonly meta: Readonly<Record<string, unknown>>;
  /** What the call would do, by its own dry run; null for a tool that has none. */
  readonly preview: () => Promise<Answer<object> | null>;
}

/**
 * The id of the confirmation the call goes through with; null where it needs none. Throws where it needs one it does not have. On stdio
 * nothing asks: the operator is at the keyboard.
 */
export type ConfirmGate = (call: CheckedCall) => Promise<string | null>;

/** Keeps the record of calls. */
export interface AuditSink {
  /** A call that may change something is confirmed and about to run. What throws ends it: what cannot be recorded is not done. */
  before(call: CheckedCall, confirmationId: string | null): Promise<void>;
  /** A call is over, whatever came of it. The arguments are for a digest. Never throws: what happened has happened. */
  after(record: CallRecord, rawArgs: unknown): Promise<void>;
}

/** What is recorded of a call. Never its arguments. */
export interface CallRecord {
  readonly requestId: string;
  readonly callId: string;
  readonly tool: string;
  readonly effect: Effect;
  readonly principal: Principal;
  readonly outcome: 'ok' | FailureCode;
  readonly durationMs: number;
  readonly confirmationId: string | null;
  readonly planId: string | null;
  /** What it is about, where that does not stand in the arguments. */
  readonly targets?: readonly string[] | undefined;
}

export interface ToolListing {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: { readonly type: 'object' } & Readonly<Record<string, unknown>>;
  readonly outputSchema?: ({ readonly type: 'object' } & Readonly<Record<string, unknown>>) | undefined;
  readonly annotations: Annotations;
}

export interface Annotations {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: boolean;
}

/** The pipeline as the transports see it. */
export interface Dispatcher {
  /** What this principal may use, in a fixed order. */
  list(principal: Principal): readonly ToolListing[];
  /** The result of a call; failures of the call are results too. Throws only `unknown_tool`, which the protocol answers itself. */
  call(call: ToolCall): Promise<ToolResult>;
  /** Throws where this caller may not have a resource or prompt that holds nothing of a PCE. What was decided is recorded. */
  authorise(caller: Caller, target: { readonly kind: 'resource' | 'prompt'; readonly name: string }): Promise<void>;
  /**
   * The PCE as this caller may see it with a tool, for a read that is no call (completion). Throws where they may not use the tool. What
   * was decided is recorded.
   */
  view(caller: Caller, tool: string): Promise<PceView>;
  /** Calls that outlast a request. */
  readonly tasks: Tasks;
  /** The call that a cursor of an answer goes on with, the cursor among its arguments. Throws `invalid_cursor`, `expired_cursor`. */
  continued(principal: Principal, cursor: string): { readonly name: string; readonly args: Arguments };
}
