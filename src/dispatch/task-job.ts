import type { PendingQuery } from '../answer/answer.ts';
import type { ToolResult } from '../answer/result.ts';
import type { Clock } from '../core/clock.ts';
import { PATIENCE_MS, type ToolCall } from './call.ts';

/** A call under way that may outlast the request it came with. */
export interface Job {
  readonly settled: Promise<ToolResult>;
  /** What it said last of how far it is. */
  message(): { readonly text: string; readonly atMs: number } | undefined;
  /** The PCE's queries it waits for, as far as it is known. */
  queries(): readonly PendingQuery[];
  /** Null as soon as so much time is over and the queries will do. */
  after(ms: number, willDo: (queries: readonly PendingQuery[]) => boolean): Promise<null>;
  /** From now on the request may end without the call, and the call waits as long as it takes. */
  detach(): void;
  abort(): void;
}

/** Starts `call`, bound to its request until it is detached. */
export function startJob(call: ToolCall, work: (call: ToolCall) => Promise<ToolResult>, clock: Clock): Job {
  const abort = new AbortController();
  const impatience = new AbortController();
  const timer = setTimeout(() => impatience.abort(), PATIENCE_MS).unref();
  const follow = (): void => abort.abort(call.signal.reason);
  call.signal.addEventListener('abort', follow, { once: true });
  if (call.signal.aborted) follow();

  const pending = new Map<string, PendingQuery>();
  const waiting = new Set<() => void>();
  let said: { readonly text: string; readonly atMs: number } | undefined;
  let attached = true;

  const settled = work({
    ...call,
    signal: abort.signal,
    patience: impatience.signal,
    isShared: () => !attached,
    onQuery(query) {
      pending.set(query.question, query);
      for (const look of waiting) look();
    },
    progress(progress) {
      const { message, progress: done, total } = progress;
      said = { text: total === undefined ? message : `${message}: ${Math.floor(done)} of ${total}`, atMs: clock.now() };
      if (attached) call.progress?.(progress);
    },
  }).finally(detach);

  function detach(): void {
    attached = false;
    clearTimeout(timer);
    call.signal.removeEventListener('abort', follow);
  }

  return {
    settled,
    message: () => said,
    queries: () => [...pending.values()],
    after(ms, willDo) {
      const { promise, resolve } = Promise.withResolvers<null>();
      let over = false;
      const look = (): void => {
        if (over && willDo([...pending.values()])) resolve(null);
      };
      waiting.add(look);
      setTimeout(() => {
        over = true;
        look();
      }, ms).unref();
      return promise;
    },
    detach,
    abort: () => abort.abort(),
  };
}
