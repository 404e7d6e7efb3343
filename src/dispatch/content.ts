import {
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { MAX_SENTENCE_LENGTH, sanitiseRecord, sanitiseText } from '../answer/sanitise.ts';
import type { ToolResult } from '../answer/result.ts';
import { asFailure, type Failure } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Caller, Dispatcher } from './call.ts';

export const CONTENT_CAPABILITIES = { prompts: {}, resources: {}, completions: {} } as const;

/** Prompts, resources and completion on one server instance. Their modules are loaded by the first request that needs them. */
export function offerContent(
  server: Server,
  dispatcher: Dispatcher,
  callerOf: (context: ServerContext) => Caller,
  log: Log,
): void {
  const told = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      const failure = asFailure(error);
      log[failure.code === 'internal' ? 'error' : 'info'](`${what} failed`, { error: failure });
      throw protocolErrorOf(failure);
    }
  };

  server.setRequestHandler('prompts/list', async (_request, context) => {
    const { listPrompts } = await import('./prompts.ts');
    return {
      prompts: listPrompts(dispatcher, callerOf(context).principal).map((prompt) => ({
        ...prompt,
        arguments: prompt.arguments.map((argument) => ({ ...argument })),
      })),
    };
  });

  server.setRequestHandler('prompts/get', ({ params }, context) =>
    told('prompt', async () => {
      const { getPrompt } = await import('./prompts.ts');
      const { description, text } = await getPrompt(dispatcher, callerOf(context), {
        name: params.name,
        args: params.arguments ?? {},
      });
      return { description, messages: [{ role: 'user', content: { type: 'text', text } }] };
    }),
  );

  server.setRequestHandler('resources/list', async (_request, context) => {
    const { listResources } = await import('./resources.ts');
    return { resources: listResources(dispatcher, callerOf(context).principal).map((one) => ({ ...one })) };
  });

  server.setRequestHandler('resources/templates/list', async (_request, context) => {
    const { listTemplates } = await import('./resources.ts');
    return { resourceTemplates: listTemplates(dispatcher, callerOf(context).principal).map((one) => ({ ...one })) };
  });

  server.setRequestHandler('resources/read', ({ params }, context) =>
    told('resource', async () => {
      const { readResource } = await import('./resources.ts');
      const read = await readResource(dispatcher, params.uri, {
        ...callerOf(context),
        // oxlint-disable-next-line no-underscore-dangle -- the protocol's name
        meta: context.mcpReq._meta,
        signal: context.mcpReq.signal,
      });
      if ('none' in read) throw new ResourceNotFoundError(params.uri, read.none);
      if ('failed' in read) throw failedRead(read.failed);
      const { meta, ...contents } = read.found;
      return { contents: [{ ...contents, ...(meta === undefined ? {} : { _meta: { ...meta } }) }] };
    }),
  );

  server.setRequestHandler('completion/complete', ({ params }, context) =>
    told('completion', async () => {
      const { complete } = await import('./completion.ts');
      const { ref, argument } = params;
      const asked = ref.type === 'ref/prompt' ? { prompt: ref.name } : { template: ref.uri };
      const question = { ref: asked, argument };
      const { values, ...rest } = await complete(dispatcher, callerOf(context), question, context.mcpReq.signal);
      return { completion: { values: [...values], ...rest } };
    }),
  );
}

/** A failure outside of a tool call, where the protocol has no result to put it into. */
function protocolErrorOf({ code, message, remedy, data }: Failure): ProtocolError {
  const kind = code === 'internal' ? ProtocolErrorCode.InternalError : ProtocolErrorCode.InvalidParams;
  const said = sanitiseText(`${message} ${remedy}`, MAX_SENTENCE_LENGTH);
  return new ProtocolError(kind, said, { ...sanitiseRecord(data), error: code });
}

/** The failure of the tool that reads a resource; its text is sanitised already. */
function failedRead({ content, structuredContent }: ToolResult): ProtocolError {
  const code =
    structuredContent?.['error'] === 'internal' ? ProtocolErrorCode.InternalError : ProtocolErrorCode.InvalidParams;
  return new ProtocolError(code, content[0].text, { ...structuredContent });
}
