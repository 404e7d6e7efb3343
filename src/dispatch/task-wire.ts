import {
  CLIENT_CAPABILITIES_META_KEY,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { Failure } from '../core/errors.ts';
import { isObject } from '../core/json.ts';
import type { Caller, Dispatcher } from './call.ts';
import type { TaskView } from './tasks.ts';
import { onTheWire } from './wire.ts';

/** The extension's id (SEP-2663). */
const TASKS = 'io.modelcontextprotocol/tasks';
export const TASK_CAPABILITIES = { extensions: { [TASKS]: {} } } as const;

/** Whether the request says that its client takes a task for an answer; those of the 2025 era cannot. */
export function takesTasks({ mcpReq: { envelope } }: ServerContext): boolean {
  const capabilities: unknown = Object(envelope)[CLIENT_CAPABILITIES_META_KEY];
  return isObject(capabilities) && isObject(capabilities.extensions) && isObject(capabilities.extensions[TASKS]);
}

const ONE = z.object({ taskId: z.string() });

/** `tasks/get`, `tasks/update` and `tasks/cancel` on one server instance. */
export function offerTasks(server: Server, dispatcher: Dispatcher, callerOf: (context: ServerContext) => Caller): void {
  const work = dispatcher.call.bind(dispatcher);

  async function answer<T>(context: ServerContext, look: (caller: Caller) => Promise<T>): Promise<T> {
    // Core methods of 2025-11-25, where we negotiate no tasks.
    if (context.mcpReq.envelope === undefined)
      throw new ProtocolError(ProtocolErrorCode.MethodNotFound, 'Method not found');
    if (!takesTasks(context))
      throw new MissingRequiredClientCapabilityError({ requiredCapabilities: TASK_CAPABILITIES });
    try {
      return await look(callerOf(context));
    } catch (error) {
      if (error instanceof Failure && error.code === 'unknown_task')
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, error.message);
      throw error;
    }
  }

  server.setRequestHandler('tasks/get', { params: ONE }, ({ taskId }, context) =>
    answer(context, async ({ principal }) => taskOnTheWire(await dispatcher.tasks.get(taskId, principal, work))),
  );
  server.setRequestHandler('tasks/cancel', { params: ONE }, ({ taskId }, context) =>
    answer(context, async ({ principal }) => {
      await dispatcher.tasks.cancel(taskId, principal, work);
      return {};
    }),
  );
  // Our tasks ask for nothing, so whatever is answered fits none of their questions and is ignored, as the extension says. The SDK has
  // checked `inputResponses` and taken them out.
  server.setRequestHandler('tasks/update', { params: ONE }, ({ taskId }, context) =>
    answer(context, async ({ principal }) => {
      await dispatcher.tasks.get(taskId, principal, work);
      return {};
    }),
  );
}

/** A task in the protocol's words, with its result where there is one. */
export function taskOnTheWire({ result, createdMs, updatedMs, ...task }: TaskView) {
  return {
    ...task,
    createdAt: new Date(createdMs).toISOString(),
    lastUpdatedAt: new Date(updatedMs).toISOString(),
    ...(result === undefined ? {} : { result: { resultType: 'complete', ...onTheWire(result) } }),
    ...(task.status === 'failed'
      ? { error: { code: ProtocolErrorCode.InternalError, message: 'The call ended without a result.' } }
      : {}),
  };
}

/** The answer to a call that has become a task. The SDK puts an empty `content` into every result of a tool; this is it. */
export const createdTask = (task: TaskView) => ({ resultType: 'task', content: [], ...taskOnTheWire(task) });
