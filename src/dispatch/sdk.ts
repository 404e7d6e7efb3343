import {
  type AuthInfo,
  type CallToolRequest,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { Failure } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { VERSION } from '../core/version.ts';
import type { Caller, Dispatcher, Progress, ToolCall } from './call.ts';
import { offerLog } from './client-log.ts';
import { CONTENT_CAPABILITIES, offerContent } from './content.ts';
import { askPerson } from './elicit.ts';
import { INSTRUCTIONS } from './instructions.ts';
import { createdTask, offerTasks, TASK_CAPABILITIES, takesTasks } from './task-wire.ts';
import { onTheWire } from './wire.ts';

export { ERROR_META_KEY } from './wire.ts';

const LIST_HINT = { ttlMs: 300_000, cacheScope: 'private' } as const;

/**
 * One server instance of the SDK for one connection or request, with our own handlers. Both protocol eras get the
 * same answers; the SDK puts them on the wire of the era. Who is calling is asked for every request: the requests of one session may
 * carry different tokens.
 */
export function createMcpServer(
  dispatcher: Dispatcher,
  callerOf: (authInfo: AuthInfo | undefined) => Caller,
  log: Log,
): Server {
  const server = new Server(
    { name: 'illumio-mcp', title: 'Illumio PCE', version: VERSION },
    {
      capabilities: { tools: {}, logging: {}, ...CONTENT_CAPABILITIES, ...TASK_CAPABILITIES },
      instructions: INSTRUCTIONS,
      // Private: the lists depend on the role of the caller. What a resource holds is kept by nobody: the PCE changes.
      cacheHints: {
        'tools/list': LIST_HINT,
        'prompts/list': LIST_HINT,
        'resources/list': LIST_HINT,
        'resources/templates/list': LIST_HINT,
        'server/discover': LIST_HINT,
      },
    },
  );

  server.setRequestHandler('tools/list', (_request, { http }) => ({
    tools: dispatcher.list(callerOf(http?.authInfo).principal).map((tool) => ({ ...tool })),
  }));

  server.setRequestHandler('tools/call', toolCalls(server, dispatcher, callerOf, log));
  offerContent(server, dispatcher, ({ http }) => callerOf(http?.authInfo), log);
  offerTasks(server, dispatcher, ({ http }) => callerOf(http?.authInfo));
  return server;
}

/** The handler of `tools/call`: the dispatcher's result, the task it has become, or what must be asked of a person first. */
export function toolCalls(
  server: Server,
  dispatcher: Dispatcher,
  callerOf: (authInfo: AuthInfo | undefined) => Caller,
  log: Log,
) {
  const clientLog = offerLog(server, log);
  return async function callTool({ params }: CallToolRequest, context: ServerContext) {
    const start = performance.now();
    try {
      const call: ToolCall = {
        name: params.name,
        args: params.arguments,
        ...callerOf(context.http?.authInfo),
        // oxlint-disable-next-line no-underscore-dangle -- the protocol's name
        meta: context.mcpReq._meta,
        signal: context.mcpReq.signal,
        progress: progressTo(context, log),
      };
      const result = takesTasks(context)
        ? await dispatcher.tasks.run(call, (made) => dispatcher.call(made))
        : await dispatcher.call(call);
      if ('taskId' in result) return createdTask(result);
      clientLog.call(context, params.name, result, performance.now() - start);
      return askPerson(result, server, context) ?? onTheWire(result);
    } catch (error) {
      // An unknown tool is the one thing the protocol answers itself: JSON-RPC invalid params.
      if (error instanceof Failure && error.code === 'unknown_tool')
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, error.message, { ...error.data });
      throw error;
    }
  };
}

/** Only clients that sent a progress token are told; the transport may be gone by then, which is nobody's failure. */
function progressTo({ mcpReq }: ServerContext, log: Log): ((progress: Progress) => void) | undefined {
  // oxlint-disable-next-line no-underscore-dangle -- the protocol's name
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  return (progress) => {
    mcpReq
      .notify({ method: 'notifications/progress', params: { progressToken, ...progress } })
      .catch((error: unknown) => log.debug('progress could not be sent', { error }));
  };
}
