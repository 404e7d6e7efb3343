import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OPERATOR } from '../../src/access/decide.ts';
import { Failure } from '../../src/core/errors.ts';
import { silentLog } from '../../src/core/log.ts';
import type { AnyTool } from '../../src/dispatch/any-tool.ts';
import type { Dispatcher, ToolCall } from '../../src/dispatch/call.ts';
import { defineTool } from '../../src/tools/tool.ts';
import { openToThisMachine } from '../../src/transports/http/open.ts';
import { type HttpServer, startHttp } from '../../src/transports/http/server.ts';
import { judge, type Verdict } from '../conformance/suite.ts';
import { fixtureDispatcher } from '../protocol/fixtures/tools.ts';

/** A tool the official suite asks for: `work` is what it does before it says `says`. */
const asked = (name: string, says: string, work: (seconds: number, signal: AbortSignal) => Promise<unknown>): AnyTool =>
  defineTool({
    name,
    title: name,
    description: 'As the official suite has it.',
    toolset: 'operations',
    effect: 'read',
    input: {
      type: 'object',
      properties: {
        seconds: { type: 'integer' },
        label: { type: 'string' },
        name: { type: 'string' },
        filename: { type: 'string' },
      },
    },
    output: { type: 'object', properties: { answer: { type: 'string' } } },
    example: {},
    columns: [],
    async run({ seconds = 0 }, { signal }) {
      await work(seconds, signal);
      return { answer: says, items: [], totals: {}, coverage: { rows_read: 0, truncated: false, gaps: [] } };
    },
  });

const TOOLS = [
  asked('greet', 'Hello.', async () => {}),
  asked('slow_compute', 'Computed.', (seconds, signal) => delay(seconds * 1_000, undefined, { signal })),
  asked('failing_job', 'Never said.', async () => {
    await delay(1_000);
    throw new Failure('pce_unavailable');
  }),
  asked('confirm_delete', 'Deleted without asking.', async () => {}),
  asked('protocol_error_job', 'Never said.', async () => {}),
];

/** Two of the suite's tools are no tools of ours: one says a bare text, the other fails past the pipeline, which never does. */
function suiteDispatcher(): Dispatcher {
  const dispatcher = fixtureDispatcher({ catalogue: TOOLS, tasks: { limits: { soonMs: 20 } } });
  return {
    ...dispatcher,
    async call(call: ToolCall) {
      if (call.name === 'greet')
        return { content: [{ type: 'text', text: `Hello, ${String(Object(call.args).name)}!` }] };
      if (call.name !== 'protocol_error_job') return dispatcher.call(call);
      await delay(200);
      throw new Error('a crash');
    },
  };
}

let server: HttpServer;
let verdict: Verdict;
beforeAll(async () => {
  server = await startHttp({ dispatcher: suiteDispatcher(), ...openToThisMachine(OPERATOR), log: silentLog });
  verdict = await judge(server.url, '2026-07-28');
});
afterAll(() => server.close());

// Not among them: input asked for in a task, and tools that only run as one. Ours ask for nothing and always have the ordinary way.
const SCENARIOS = [
  ['tasks-lifecycle', 9],
  ['tasks-capability-negotiation', 5],
  ['tasks-wire-fields', 4],
  ['tasks-request-state-removal', 3],
  ['tasks-request-headers', 5],
  ['tasks-dispatch-and-envelope', 9],
] as const;

it.each(SCENARIOS)('the official suite finds nothing wrong: %s', (scenario, checks) => {
  expect(verdict.scenarios.get(scenario)).toEqual({ passed: checks, wrong: [] });
});
