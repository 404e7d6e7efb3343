import { LOG_LEVEL_META_KEY, type LoggingLevel, type Server, type ServerContext } from '@modelcontextprotocol/server';
import type { ToolResult } from '../answer/result.ts';
import type { Log } from '../core/log.ts';
import { outcomeOf } from './outcome.ts';

// From the least to the most severe, as in RFC 5424.
const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const;

export interface ClientLog {
  /** Tells a client that asked for messages of this level how a call went, in words it may have. */
  call(context: ServerContext, tool: string, result: ToolResult, durationMs: number): void;
}

/**
 * The protocol's own log (`notifications/message`), for clients that ask: those of the 2025 era with `logging/setLevel`, those of 2026 with
 * the level in the request. Without a level nothing is sent. A call that went well is `debug`, a failed one `warning`, a defect `error`.
 */
export function offerLog(server: Server, log: Log): ClientLog {
  let asked: LoggingLevel | undefined;
  // In place of the SDK's own, which sends everything until a level is set.
  server.setRequestHandler('logging/setLevel', ({ params }) => {
    asked = params.level;
    return {};
  });

  return {
    call({ mcpReq }, tool, result, durationMs) {
      const outcome = outcomeOf(result);
      const level = outcome === 'ok' ? 'debug' : outcome === 'internal' ? 'error' : 'warning';
      // By the level of the request the SDK filters itself.
      const inRequest = Object.hasOwn(mcpReq.envelope ?? {}, LOG_LEVEL_META_KEY);
      if (!inRequest && (asked === undefined || LEVELS.indexOf(level) < LEVELS.indexOf(asked))) return;
      const data = { tool, outcome, duration_ms: Math.round(durationMs) };
      // The client may be gone by then, which is nobody's failure.
      mcpReq
        .log(level, data, 'illumio-mcp')
        .catch((reason: unknown) => log.debug('a message could not be sent', { error: reason }));
    },
  };
}
