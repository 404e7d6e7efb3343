import { request } from 'node:http';
import { afterAll } from 'vitest';
import { OPERATOR } from '../../src/access/decide.ts';
import { createChanges } from '../../src/changes/desk.ts';
import type { Changes, PceWriter } from '../../src/changes/plan.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { AnyTool } from '../../src/dispatch/any-tool.ts';
import type { Fault } from '../../src/simulator/faults/fault.ts';
import type { Estate } from '../../src/simulator/estates/estate.ts';
import { tinyEstate } from '../../src/simulator/testing/tiny-estate.ts';
import { createMemoryPlans } from '../../src/store/memory-plans.ts';
import { type Called, callWith } from '../catalogue/call.ts';
import { NOW_MS, simulated } from '../catalogue/simulated.ts';

export interface PolicyWorld {
  /** One call of a tool through the pipeline; an error of the tool fails the test. */
  readonly ok: (tool: string, args: object) => Promise<Called>;
  /** A call that must be refused, as its structured content. */
  readonly refused: (tool: string, args: object) => Promise<Called['structured']>;
  readonly call: (tool: string, args: object) => Promise<Called>;
  /** A desk of the same caller over the same plans: to apply and undo. */
  readonly desk: Changes;
  readonly pce: PceWriter;
  readonly read: (path: string) => Promise<JsonObject | null>;
  /** State-changing requests the PCE got since the last time this was asked. */
  readonly sent: () => Promise<readonly string[]>;
  readonly faults: (faults: readonly Fault[]) => Promise<void>;
  /** Commits the whole draft of these hrefs. */
  readonly provision: (subset: JsonObject) => Promise<void>;
}

/** The whole server over a PCE that fits on a page, for one test file; it ends with the file. */
export async function policyWorld(
  tools: readonly AnyTool[],
  { estate = tinyEstate() }: { readonly estate?: Estate } = {},
): Promise<PolicyWorld> {
  const plans = createMemoryPlans();
  const world = await simulated({ estate }, { tools, plans, impatient: true });
  const { simulator, dispatcher, pce } = world;
  afterAll(() => world.close());
  const desk = createChanges({
    pce,
    store: plans,
    clock: { now: () => NOW_MS },
    principal: OPERATOR,
    labelScope: null,
    authorise: () => {},
  });
  const control = (method: string, path: string, body?: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const options = { method, agent: false, headers: { 'Content-Type': 'application/json' } };
      request(`http://${simulator.host}:${simulator.port}/_sim${path}`, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve(text === '' ? undefined : JSON.parse(text));
        });
      })
        .on('error', reject)
        .end(body === undefined ? undefined : JSON.stringify(body));
    });
  const call = (tool: string, args: object): Promise<Called> => callWith(dispatcher, tool, args);
  let seen = 0;

  return {
    call,
    async ok(tool, args) {
      const answer = await call(tool, args);
      if (answer.isError) throw new Error(`${tool}: ${answer.text}`);
      return answer;
    },
    async refused(tool, args) {
      const answer = await call(tool, args);
      if (!answer.isError) throw new Error(`${tool} was not refused: ${answer.text}`);
      return answer.structured;
    },
    desk,
    pce,
    read: (path) => pce.read(path),
    async sent() {
      const { requests } = (await control('GET', '/requests')) as {
        readonly requests: readonly { readonly number: number; readonly method: string; readonly path: string }[];
      };
      const changing = requests.filter(({ number, method }) => number > seen && method !== 'GET');
      seen = requests.at(-1)?.number ?? seen;
      return changing.map(({ method, path }) => `${method} ${path.replace(/^\/api\/v2/, '')}`);
    },
    async faults(faults) {
      await control('DELETE', '/faults');
      if (faults.length > 0) await control('POST', '/faults', faults);
    },
    async provision(subset) {
      await pce.send({
        method: 'POST',
        path: '/orgs/1/sec_policy',
        body: { update_description: 'test', change_subset: subset },
      });
    },
  };
}

export const draftOf = (type: string, id: number | string): string => `/orgs/1/sec_policy/draft/${type}/${id}`;
