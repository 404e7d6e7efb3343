import { once } from 'node:events';
import {
  InMemoryServerEventBus,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  type Server,
  type ServerEventBus,
} from '@modelcontextprotocol/server';
import { OPERATOR } from '../../src/access/decide.ts';
import { silentLog } from '../../src/core/log.ts';
import { createMcpServer, toolCalls } from '../../src/dispatch/sdk.ts';
import { callerOf } from '../../src/transports/http/callers.ts';
import { openToThisMachine } from '../../src/transports/http/open.ts';
import { type HttpServer, startHttp } from '../../src/transports/http/server.ts';
import { fixtureDispatcher } from '../protocol/fixtures/tools.ts';
import { ASKING } from './asking.ts';
import { CONTENT, type RawTool, text } from './content.ts';
import { PROMPTS, read, RESOURCES, TEMPLATES } from './texts.ts';
import { DISPATCHED } from './tools.ts';

/** The product's own HTTP stack, in both eras, with what the official suite wants to find in a server (stack.md §2.4). */
export function startFixtures(port = 0): Promise<HttpServer> {
  const dispatcher = fixtureDispatcher({ catalogue: DISPATCHED });
  const bus = new InMemoryServerEventBus();
  const raw: readonly RawTool[] = [...CONTENT, ...ASKING, ...changing(bus)];
  const newServer = (): Server => {
    const server = createMcpServer(dispatcher, callerOf, silentLog);
    server.registerCapabilities({
      tools: { listChanged: true },
      prompts: { listChanged: true },
      resources: { subscribe: true, listChanged: true },
    });
    offerTools(server, raw);
    offerTexts(server);
    return server;
  };

  /** Those behind the dispatcher are called as ever; the others stand beside it. */
  function offerTools(server: Server, tools: readonly RawTool[]): void {
    const dispatched = toolCalls(server, dispatcher, callerOf, silentLog);
    server.setRequestHandler('tools/list', (_request, { http }) => ({
      tools: [
        ...dispatcher.list(callerOf(http?.authInfo).principal).map((tool) => ({ ...tool })),
        ...tools.map(({ name, description, input = { type: 'object' as const } }) => ({
          name,
          description,
          inputSchema: input,
        })),
      ],
    }));
    server.setRequestHandler('tools/call', (request, context) => {
      const { name, arguments: args = {} } = request.params;
      const tool = tools.find((one) => one.name === name);
      return tool ? tool.call({ args, context, server }) : dispatched(request, context);
    });
  }

  return startHttp({ dispatcher, newServer, bus, ...openToThisMachine(OPERATOR), log: silentLog, port });
}

/** Tools that say that a list has changed. */
const changing = (bus: ServerEventBus): readonly RawTool[] =>
  (['tool', 'prompt'] as const).map((list) => ({
    name: `test_trigger_${list}_change`,
    description: `Says that the list of ${list}s has changed.`,
    async call() {
      bus.publish({ kind: `${list}s_list_changed` });
      return { content: [text('Said.')] };
    },
  }));

function offerTexts(server: Server): void {
  server.setRequestHandler('prompts/list', () => ({ prompts: PROMPTS.map(({ get: _get, ...prompt }) => prompt) }));
  server.setRequestHandler('prompts/get', ({ params }, context) => {
    const prompt = PROMPTS.find(({ name }) => name === params.name);
    if (!prompt) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is no such prompt.');
    return prompt.get(params.arguments ?? {}, context);
  });
  server.setRequestHandler('resources/list', () => ({ resources: RESOURCES }));
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: TEMPLATES }));
  server.setRequestHandler('resources/read', ({ params: { uri } }) => {
    const found = read(uri);
    if (!found) throw new ResourceNotFoundError(uri, 'There is no such resource.');
    return found;
  });
  server.setRequestHandler('completion/complete', ({ params }) => ({
    completion: { values: [`${params.argument.value}-1`, `${params.argument.value}-2`], total: 2, hasMore: false },
  }));
  const watched = new Set<string>();
  server.setRequestHandler('resources/subscribe', ({ params }) => {
    watched.add(params.uri);
    return {};
  });
  server.setRequestHandler('resources/unsubscribe', ({ params }) => {
    watched.delete(params.uri);
    return {};
  });
}

// By hand: `node test/conformance/entry.ts 3111`, then the suite's own command against it.
if (import.meta.main) {
  const server = await startFixtures(Number(process.argv[2] ?? 0));
  process.stdout.write(`${server.url}\n`);
  await once(process, 'SIGINT');
  await server.close();
}
