import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import type { Answer, Column, PendingQuery } from '../answer/answer.ts';
import type { Changes } from '../changes/plan.ts';
import type { Effect, Principal } from '../core/authority.ts';
import type { Clock } from '../core/clock.ts';
import type { Toolset } from '../core/toolset.ts';
import type { PceView } from '../pce/view.ts';
import type { FlowTables } from '../work/flows.ts';
import type { KeyDesk } from './key-desk.ts';

export type { Effect, Principal } from '../core/authority.ts';
export type { Toolset } from '../core/toolset.ts';

/** Everything a handler may use. */
export interface ToolContext {
  readonly pce: PceView;
  readonly flows: FlowTables;
  /** Where every write goes through, bound to the caller. */
  readonly changes: () => Promise<Changes>;
  /** Where the caller keeps a PCE key of their own. */
  readonly keys: KeyDesk;
  /** Stands still at the moment the call is about: its beginning, or that of the first call where this one goes on with a cursor. */
  readonly clock: Clock;
  /** The PCE's own queries that the call before was still waiting for. */
  readonly continues?: readonly PendingQuery[] | undefined;
  /** Fires when whoever called will not wait much longer: what is not there by then ends the call with a cursor. */
  readonly patience?: AbortSignal | undefined;
  /** Told each query on the PCE that the call waits for. */
  readonly onQuery?: ((pending: PendingQuery) => void) | undefined;
  /** True once another server may go on with the call: its queries then stay on the PCE, which forgets them after a day. */
  readonly isShared?: (() => boolean) | undefined;
  readonly signal: AbortSignal;
  readonly principal: Principal;
  /** Tells the client how far a long call is. */
  readonly progress: (message: string, done?: number, total?: number) => void;
}

type ObjectSchema = {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
};

/** The arguments a schema admits. The condition defers inference to the literal: on the constraint itself it would not end. */
export type ArgumentsOf<Input> = Input extends JSONSchema ? FromSchema<Input> : never;

/** The static half of a tool: import-light, listed without running anything. */
export interface ToolDefinition<Input extends ObjectSchema = ObjectSchema> {
  readonly name: string;
  readonly title: string;
  /** When to use it and when not; under 200 characters. */
  readonly description: string;
  readonly toolset: Toolset;
  readonly effect: Effect;
  readonly input: Input;
  readonly output: ObjectSchema;
  /** A correct call, shown when a wrong one comes in. */
  readonly example: Readonly<Record<string, unknown>>;
  /** False: it works before the caller has a PCE key, and gets no PCE. */
  readonly usesPce?: false;
  /** True: only for servers that tell their callers apart. */
  readonly needsSignIn?: true;
}

export interface Tool<Input extends ObjectSchema = ObjectSchema, Item = Readonly<Record<string, unknown>>>
  extends ToolDefinition<Input> {
  /** The text table. */
  readonly columns: readonly Column<Item>[];
  /** May lower the effect for one call (a dry run is a read). */
  effectOf?(args: ArgumentsOf<Input>): Effect;
  run(args: ArgumentsOf<Input>, context: ToolContext): Promise<Answer<Item>>;
}

/** Identity, for inference. */
export const defineTool = <const Input extends ObjectSchema, Item>(tool: Tool<Input, Item>): Tool<Input, Item> => tool;
