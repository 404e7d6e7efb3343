import { createAuthority, OPERATOR } from '../../src/access/decide.ts';
import { type CursorKey, randomCursorKey } from '../../src/answer/cursor.ts';
import type { ToolResult } from '../../src/answer/result.ts';
import { type Clock, systemClock } from '../../src/core/clock.ts';
import { createLog } from '../../src/core/log.ts';
import type { Principal } from '../../src/core/authority.ts';
import type { AnyTool } from '../../src/dispatch/any-tool.ts';
import type { Dispatcher, Progress } from '../../src/dispatch/call.ts';
import { createDispatcher, type DispatcherOptions } from '../../src/dispatch/dispatcher.ts';
import type { PceView } from '../../src/pce/view.ts';
import type { FlowTables } from '../../src/work/flows.ts';

/** Tables nobody asks: for tools that read no traffic. */
const noFlows: FlowTables = {
  load: () => Promise.reject(new Error('no flow tables in this test')),
  decide: () => Promise.reject(new Error('no flow tables in this test')),
  collect: () => {
    throw new Error('no flow tables in this test');
  },
  close: () => Promise.resolve(),
};

export interface CallOptions {
  readonly pce: PceView;
  readonly flows?: FlowTables;
  readonly clock?: Clock;
  /** The desk that writes; without it nothing can be changed. */
  readonly changes?: DispatcherOptions['changes'];
  readonly readOnly?: boolean;
  /** What seals cursors; another one for every dispatcher unless told. */
  readonly cursorKey?: CursorKey;
}

const noChanges = (): Promise<never> => Promise.reject(new Error('nothing is changed in this test'));

/** The whole pipeline around some tools. */
export function dispatcherOf(
  tools: readonly AnyTool[],
  {
    pce,
    flows = noFlows,
    clock = systemClock,
    changes = noChanges,
    readOnly = false,
    cursorKey = randomCursorKey(),
  }: CallOptions,
): Dispatcher {
  return createDispatcher({
    catalogue: tools,
    offered: tools,
    decide: createAuthority({ readOnly }),
    pce: () => Promise.resolve(pce),
    flows: () => Promise.resolve(flows),
    changes,
    seal: { keys: [cursorKey], clock },
    budgetTokens: 10_000,
    structured: true,
    clock,
    log: createLog({ write: () => {} }),
  });
}

/** What came back, in both lanes. */
export interface Called {
  readonly text: string;
  readonly isError: boolean;
  readonly structured: Structured;
}

/** Structured content as tests read it. */
export interface Structured {
  readonly answer: string;
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly totals: Readonly<Record<string, unknown>>;
  readonly coverage: {
    readonly rows_read: number;
    readonly truncated: boolean;
    readonly gaps: readonly string[];
    readonly row_cap?: number;
  };
  readonly cursor?: string;
  readonly error?: string;
  readonly [extra: string]: unknown;
}

export const called = ({ content: [{ text }], structuredContent, isError }: ToolResult): Called => ({
  text,
  isError: isError ?? false,
  structured: structuredContent as unknown as Structured,
});

export async function callWith(
  dispatcher: Dispatcher,
  name: string,
  args: unknown,
  progress?: (progress: Progress) => void,
  principal: Principal = OPERATOR,
): Promise<Called> {
  return called(await dispatcher.call({ name, args, principal, signal: new AbortController().signal, progress }));
}

/** One call of one tool through the pipeline. */
export const callTool = (tool: AnyTool, args: unknown, options: CallOptions): Promise<Called> =>
  callWith(dispatcherOf([tool], options), tool.name, args);

/** Every page of a call, following cursors. */
export async function allPages(dispatcher: Dispatcher, name: string, args: object): Promise<readonly Called[]> {
  const pages: Called[] = [];
  let cursor: string | undefined;
  do {
    const page = await callWith(dispatcher, name, cursor === undefined ? args : { ...args, cursor });
    if (page.isError) throw new Error(page.text);
    pages.push(page);
    cursor = page.structured.cursor;
  } while (cursor !== undefined);
  return pages;
}
