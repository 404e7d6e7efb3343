import { randomUUID } from 'node:crypto';
import type { Answer } from '../answer/answer.ts';
import { buildResult } from '../answer/build.ts';
import { csvFile } from '../answer/csv-file.ts';
import { callOf, CARRIED_BY_ADDRESS, type CursorSeal, openCursor, sealCursor } from '../answer/cursor.ts';
import { failureResult } from '../answer/failure.ts';
import type { ToolResult } from '../answer/result.ts';
import { Unfinished } from '../answer/unfinished.ts';
import type { Decide } from '../access/decide.ts';
import type { Effect, Principal } from '../core/authority.ts';
import type { Clock } from '../core/clock.ts';
import type { Changes, Plan } from '../changes/plan.ts';
import { asFailure, Failure } from '../core/errors.ts';
import { isObject } from '../core/json.ts';
import type { Log } from '../core/log.ts';
import { nearest } from '../core/near.ts';
import type { PceView } from '../pce/view.ts';
import type { AnyTool } from './any-tool.ts';
import type { KeyDesk } from '../tools/key-desk.ts';
import type { ToolContext } from '../tools/tool.ts';
import type { FlowTables } from '../work/flows.ts';
import {
  type Arguments,
  type AuditSink,
  type Caller,
  type CallRecord,
  type CheckedCall,
  type ConfirmGate,
  type Dispatcher,
  PATIENCE_MS,
  type ToolCall,
} from './call.ts';
import { isPaged, listing } from './listing.ts';
import { noKeys } from './keys.ts';
import { NO_PCE } from './no-pce.ts';
import { progressOf } from './progress.ts';
import { createTasks, type TaskOptions } from './tasks.ts';
import { validate } from './validate.ts';

export interface DispatcherOptions {
  /** Every tool there is; asking for another one is `unknown_tool`. */
  readonly catalogue: readonly AnyTool[];
  /** Those the operator offers, in the order of the list; asking for another one is `forbidden`. */
  readonly offered: readonly AnyTool[];
  readonly decide: Decide;
  /** The PCE as this principal may see it. Throws `not_configured` where there is none. */
  readonly pce: (principal: Principal) => Promise<PceView>;
  readonly flows: () => Promise<FlowTables>;
  /** The desk that writes for this principal; `authorise` throws where a stored plan asks for more than the principal may do. */
  readonly changes: (principal: Principal, authorise: (plan: Plan) => void) => Promise<Changes>;
  /** Where this principal keeps a PCE key of their own; by default the key is the operator's. */
  readonly keys?: ((principal: Principal) => KeyDesk) | undefined;
  readonly confirm?: ConfirmGate | undefined;
  readonly audit?: AuditSink | undefined;
  readonly seal: CursorSeal;
  readonly tasks?: Pick<TaskOptions, 'shared' | 'replicas' | 'limits'> | undefined;
  readonly budgetTokens: number;
  /** False: text only. */
  readonly structured: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** The pipeline of design §3: find → authorise → validate → confirm → run → sanitise → fit → audit, the same on every transport. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { catalogue, offered, decide, structured, budgetTokens, clock, log } = options;
  const listings = new Map(offered.map((tool) => [tool.name, listing(tool, { structured })]));

  const allowed = (principal: Principal, tool: AnyTool) =>
    decide(principal, tool.effect, { kind: 'tool', name: tool.name });

  function find(name: string): AnyTool {
    const tool = catalogue.find((candidate) => candidate.name === name);
    if (tool) return tool;
    const near = nearest(name, [...listings.keys()]);
    throw new Failure('unknown_tool', {
      message: `There is no tool ${JSON.stringify(name.slice(0, 80))}.${near ? ` Did you mean ${near}?` : ''}`,
      data: near ? { nearest: near } : {},
    });
  }

  function authorise(tool: AnyTool, principal: Principal): void {
    if (!listings.has(tool.name))
      throw new Failure('forbidden', {
        message: `${tool.name} is not offered by this server.`,
        remedy: 'The operator chooses the tools with MCP_TOOLSETS and MCP_ALLOWED_TOOLS.',
      });
    const decision = allowed(principal, tool);
    if (!decision.allowed) throw decision.failure;
  }

  async function run(tool: AnyTool, call: ToolCall, known: Known): Promise<ToolResult> {
    const { principal, signal, meta = {} } = call;
    authorise(tool, principal);
    const { args: given, notes } = await validate(tool, withoutMeta(call.args));
    const { cursor, args } = split(tool, given);
    const effect = tool.effectOf?.(args) ?? tool.effect;
    known.effect = effect;
    const cursorCall = { principal, tool: tool.name, args };
    const page = cursor === undefined ? undefined : openCursor(cursor, cursorCall, options.seal);
    const asOfMs = page?.asOfMs ?? call.goesOn?.asOfMs ?? clock.now();
    const context = async (): Promise<ToolContext> => ({
      pce: tool.usesPce === false ? NO_PCE : await options.pce(principal),
      flows: await options.flows(),
      // A plan is judged by the effect it was made with, whoever asks for it to be applied (design §5).
      changes: () =>
        options.changes(principal, (plan) => {
          const decision = decide(principal, plan.effect, { kind: 'plan', name: `the plan of ${plan.tool}` });
          if (!decision.allowed) throw decision.failure;
        }),
      keys: options.keys?.(principal) ?? noKeys('stdio'),
      clock: { now: () => asOfMs },
      continues: [...(call.goesOn?.queries ?? []), ...(page?.queries ?? [])],
      patience: call.patience,
      onQuery: call.onQuery,
      isShared: call.isShared,
      signal,
      principal,
      progress: progressOf(call.progress),
    });
    const checked: CheckedCall = {
      tool: tool.name,
      effect,
      principal,
      args,
      rawArgs: call.args,
      requestId: known.requestId,
      callId: known.callId,
      meta,
      preview: async () =>
        'dry_run' in tool.input.properties ? tool.run({ ...args, dry_run: true }, await context()) : null,
    };
    known.confirmationId = (await options.confirm?.(checked)) ?? null;
    signal.throwIfAborted();
    if (effect !== 'read') await options.audit?.before(checked, known.confirmationId);
    const answer = await finished(tool.run(args, await context()));
    known.planId = textOf(answer.extra?.['plan_id']) ?? textOf(args['plan_id']);
    const told = limited(noted(answer, notes), principal);
    if (call.csvFrom !== undefined) {
      if (answer.continues !== undefined) throw new Failure('timeout', { message: answer.answer, remedy: READ_AGAIN });
      return csvFile(told, call.csvFrom);
    }
    const carried = answer.view?.as === 'csv' ? CARRIED_BY_ADDRESS : undefined;
    return buildResult(told, tool, {
      budgetTokens,
      structured,
      page,
      // The next page of a tool that changes something would be the change again.
      seal: isPaged(tool)
        ? (next) => sealCursor(cursorCall, { ...next, asOfMs, queries: answer.continues }, options.seal, carried)
        : undefined,
    });
  }

  /** Keeps in the record what was decided about a read that is no call of a tool. */
  async function recorded<T>(
    { principal, requestId = randomUUID() }: Caller,
    what: Pick<CallRecord, 'tool' | 'targets'>,
    work: () => Promise<T>,
  ): Promise<T> {
    const start = clock.now();
    let outcome: CallRecord['outcome'] = 'ok';
    try {
      return await work();
    } catch (error) {
      outcome = asFailure(error).code;
      throw error;
    } finally {
      const known = { callId: randomUUID(), effect: 'read', confirmationId: null, planId: null } as const;
      const durationMs = clock.now() - start;
      await options.audit?.after({ ...known, ...what, principal, requestId, outcome, durationMs }, {});
    }
  }

  return {
    tasks: createTasks({
      seal: options.seal,
      isRead: (name) => catalogue.some((tool) => tool.name === name && tool.effect === 'read'),
      ...options.tasks,
    }),

    list: (principal) =>
      offered.flatMap((tool) => {
        const entry = listings.get(tool.name);
        return entry && allowed(principal, tool).allowed ? [entry] : [];
      }),

    async call(call) {
      const tool = find(call.name);
      const { requestId = randomUUID(), principal } = call;
      const known: Known = { requestId, callId: randomUUID(), effect: tool.effect, confirmationId: null, planId: null };
      const start = clock.now();
      const impatience = new AbortController();
      const patience = call.patience ?? impatience.signal;
      const timer = setTimeout(() => impatience.abort(), PATIENCE_MS).unref();
      let outcome: CallRecord['outcome'] = 'ok';
      try {
        return await run(tool, { ...call, patience }, known);
      } catch (error) {
        const failure = failureOf(error, call.signal);
        outcome = failure.code;
        const told = failure.code === 'internal' ? withRequestId(failure, requestId) : failure;
        log[failure.code === 'internal' ? 'error' : 'info']('call failed', {
          requestId,
          tool: tool.name,
          error: failure,
        });
        const example = failure.code === 'invalid_arguments' ? tool.example : undefined;
        return failureResult(told, { example, structured });
      } finally {
        clearTimeout(timer);
        const record: CallRecord = { ...known, tool: tool.name, principal, outcome, durationMs: clock.now() - start };
        log.debug('call', { ...record });
        await options.audit?.after(record, call.args);
      }
    },

    authorise: (caller, target) =>
      recorded(caller, { tool: METHOD_OF[target.kind], targets: [target.name] }, async () => {
        const decision = decide(caller.principal, 'read', target);
        if (!decision.allowed) throw decision.failure;
      }),

    view: (caller, name) =>
      recorded(caller, { tool: 'completion/complete', targets: [name] }, async () => {
        authorise(find(name), caller.principal);
        return options.pce(caller.principal);
      }),

    continued(principal, cursor) {
      const { tool, args } = callOf(cursor, principal, options.seal);
      if (args !== null) return { name: tool, args: { ...args, cursor } };
      throw new Failure('invalid_cursor', {
        message: 'The arguments of this call were too long to travel with its cursor.',
        remedy: `Call ${tool} with the same arguments and this cursor.`,
      });
    },
  };
}

const METHOD_OF = { prompt: 'prompts/get', resource: 'resources/read' } as const;

/** What becomes known of a call on its way, for its record. */
interface Known {
  readonly requestId: string;
  readonly callId: string;
  effect: Effect;
  confirmationId: string | null;
  planId: string | null;
}

/** Clients of the reference server put the confirmation into the arguments (reference-server.md §3.4). */
function withoutMeta(args: unknown): unknown {
  if (!isObject(args) || !Object.hasOwn(args, '_meta')) return args;
  const { _meta, ...rest } = args;
  return rest;
}

const READ_AGAIN = 'Read the resource again: it goes on with the same query.';

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** The answer, or that of a call that ended early to be gone on with. */
async function finished(running: ReturnType<AnyTool['run']>): ReturnType<AnyTool['run']> {
  try {
    return await running;
  } catch (error) {
    if (error instanceof Unfinished) return error.answer;
    throw error;
  }
}

/** The reason of an abort can be anything a client sent; whatever a cancelled call throws, it was cancelled. */
const failureOf = (error: unknown, { aborted }: AbortSignal): Failure =>
  aborted && !(error instanceof Failure) ? new Failure('cancelled', { cause: error }) : asFailure(error);

function split(tool: AnyTool, given: Arguments): { readonly cursor: string | undefined; readonly args: Arguments } {
  if (!isPaged(tool)) return { cursor: undefined, args: given };
  const { cursor, ...args } = given;
  return { cursor: typeof cursor === 'string' && cursor !== '' ? cursor : undefined, args };
}

/** What was read differently from how it was written is part of the answer: a misreading must show. */
const noted = <Item>(answer: Answer<Item>, notes: readonly string[]): Answer<Item> =>
  notes.length === 0 ? answer : { ...answer, extra: { ...answer.extra, notes } };

/** Whoever is limited to labels is told with every answer what was left out, and what was not. */
const limited = <Item>(answer: Answer<Item>, { labelScope }: Principal): Answer<Item> =>
  labelScope
    ? { ...answer, coverage: { ...answer.coverage, gaps: [...answer.coverage.gaps, limits(labelScope)] } }
    : answer;

const limits = (labelScope: string): string =>
  `limited to ${labelScope}: workloads outside are left out, in traffic shown by application and environment only; labels, services and IP lists are not limited`;

const withRequestId = ({ code, message, cause }: Failure, requestId: string) =>
  new Failure(code, { message, data: { request_id: requestId }, cause });
