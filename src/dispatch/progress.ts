import type { ToolContext } from '../tools/tool.ts';
import type { ToolCall } from './call.ts';

const SMALL_STEP = 0.001;

/**
 * What handlers report, as the protocol wants it: the number goes up with every notification ("MUST increase"), so a handler that has
 * no number, or starts a new phase, still moves a little.
 */
export function progressOf(send: ToolCall['progress']): ToolContext['progress'] {
  if (!send) return () => {};
  let last = 0;
  return function progress(message, done, total) {
    const advances = done !== undefined && done > last;
    last = advances ? done : last + SMALL_STEP;
    send({ message, progress: last, ...(advances && total !== undefined && total >= done ? { total } : {}) });
  };
}
